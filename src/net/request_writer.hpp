// A client's request as bytes. Nothing when a target or header would break the message apart.
#pragma once

#include <optional>
#include <string>

#include "origin.hpp"
#include "remit/net/client.hpp"

namespace remit::net {

[[nodiscard]] std::optional<std::string> request_text(const Origin& origin, const Call& call);

}  // namespace remit::net
