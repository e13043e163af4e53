// Keeps characters that are not ASCII from the TOML library, which in version 3.3 takes for
// granted what it will meet outside of quotes: `key = é` is undefined behaviour in its search for
// white space. Within quotes and comments they mean nothing to TOML, outside they are refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace remit::config {

/// U+0080..U+FFFF become U+100080..U+10FFFF, which the library knows nothing of. Bytes that are not
/// UTF-8 stay as they are, so that it refuses them. Nothing: `text` has such characters already.
[[nodiscard]] std::optional<std::string> hide_characters(std::string_view text);

/// The text before hide_characters(). For valid UTF-8 only.
[[nodiscard]] std::string show_characters(std::string_view text);

}  // namespace remit::config
