// SHA-256 of a text, in hexadecimal. Throws std::runtime_error when OpenSSL has none: an empty
// digest would make all texts equal. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace remit {

[[nodiscard]] std::string sha256(std::string_view text);

}  // namespace remit
