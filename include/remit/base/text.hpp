// Small functions on text that several modules need: UTF-8 that is cut, and made fit to be stored.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace remit {

/// The longest beginning of `text` that has at most `max_bytes` bytes and ends with a character, so
/// that it can be shown, logged and stored like any other text. For bytes that are not UTF-8 the
/// result is at most three bytes shorter.
[[nodiscard]] std::string_view clip_text(std::string_view text, std::size_t max_bytes);

/// Text from outside in a form that PostgreSQL can store: valid UTF-8 without NUL. Other bytes
/// become U+FFFD each, so that no answer can make a row unwritable.
[[nodiscard]] std::string sanitize_utf8(std::string_view text);

/// Up to the first line break.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// Of an ASCII letter; whatever the locale is.
[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace remit
