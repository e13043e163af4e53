// GET /openapi.json: the description of everything that remitd answers.
//
// Any thread; cannot fail.
#pragma once

#include <string_view>

#include "remit/net/router.hpp"

namespace remit::app {

/// docs/openapi.json as it was when this program was built.
[[nodiscard]] std::string_view openapi_document();

[[nodiscard]] net::Route openapi_route();

}  // namespace remit::app
