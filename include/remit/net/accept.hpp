// Which of several representations a client would rather have (RFC 9110 §12.5.1). Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

/// The index in `types` of the one that has the highest weight in Accept; of several the first. The
/// first of all when none is accepted: an answer is better than none.
[[nodiscard]] std::size_t preferred_type(const Headers& headers,
                                         std::span<const std::string_view> types);

}  // namespace remit::net
