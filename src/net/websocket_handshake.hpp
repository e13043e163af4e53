// The opening handshake of a WebSocket (RFC 6455 §4.2), the server's side. Pure.
#pragma once

#include <string>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

/// 101 with `Sec-WebSocket-Accept`, or the refusal. Offered extensions and subprotocols are not
/// taken.
[[nodiscard]] Response answer_handshake(const Request& request);

/// What proves that the key was read: the base64 of the SHA-1 of the key with RFC 6455's own
/// suffix. Throws std::runtime_error when OpenSSL has no SHA-1.
[[nodiscard]] std::string accept_value(std::string_view key);

}  // namespace remit::net
