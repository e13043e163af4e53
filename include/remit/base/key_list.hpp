// Secret keys in a setting or a file: 32 bytes in base64 each, the newest first, with blanks,
// commas or line breaks in between. Pure; any thread. The error says which key is at fault and how,
// and shows none.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace remit {

inline constexpr std::size_t kListedKeyBytes = 32;
/// More would be a mistake.
inline constexpr std::size_t kMostListedKeys = 16;

/// The bytes of each; of a blank text, none.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> parse_key_list(
    std::string_view text);

}  // namespace remit
