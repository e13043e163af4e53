// Base64 with padding (RFC 4648 §4): how keys and signatures are written.
//
// Strict, so that each text has one reading: exact padding, no white space, no stray bits at the
// end. Any thread; the only failure is text that cannot be decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace remit {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace remit
