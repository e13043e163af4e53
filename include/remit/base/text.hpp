// Small functions on text that several modules need: UTF-8, lists, numbers, case. Pure; any thread.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace remit {

/// Bytes of the character that `text`, which is not empty, begins with; 0: it begins with none.
/// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// The longest beginning of `text` that has at most `max_bytes` bytes and ends with a character, so
/// that it can be shown, logged and stored like any other text. For bytes that are not UTF-8 the
/// result is at most three bytes shorter.
[[nodiscard]] std::string_view clip_text(std::string_view text, std::size_t max_bytes);

/// Text from outside in a form that PostgreSQL can store: valid UTF-8 without NUL. Other bytes
/// become U+FFFD each, so that no answer can make a row unwritable.
[[nodiscard]] std::string sanitize_utf8(std::string_view text);

/// "a, b, c"
template <class Texts>
[[nodiscard]] std::string join(const Texts& texts, std::string_view between = ", ") {
  std::string joined;
  for (const auto& text : texts) {
    if (!joined.empty()) joined += between;
    joined += text;
  }
  return joined;
}

/// A number in decimal digits and nothing else; nothing when it does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

/// Up to the first line break.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// ASCII letters compare without case.
[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b);

/// Of an ASCII letter; whatever the locale is.
[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace remit
