// Base64url without padding (RFC 4648 §5): how cursors travel in URLs.
//
// Strict, so that each text has one reading: no padding, no white space, no stray bits at the end.
// Any thread; the only failure is text that cannot be decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace remit {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace remit
