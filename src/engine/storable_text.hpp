// Providers' words as PostgreSQL can hold them: valid UTF-8 without NUL. Whatever else they send
// becomes U+FFFD, byte by byte, so that no answer can make a row unwritable. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace remit::engine {

[[nodiscard]] std::string storable_text(std::string_view text);

}  // namespace remit::engine
