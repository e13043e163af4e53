#include "remit/base/text.hpp"

#include <algorithm>

namespace remit {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length ||
      !std::ranges::all_of(text.substr(1, length - 1), is_continuation)) {
    return 0;
  }
  // Overlong forms, surrogates, and what is above U+10FFFF show in the second byte.
  const auto second = static_cast<unsigned char>(text[1]);
  const bool excluded = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return excluded ? 0 : length;
}

std::string_view clip_text(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr std::size_t kLongest = 4;
  std::size_t end = max_bytes;
  while (end > 0 && max_bytes - end < kLongest - 1 && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

std::string sanitize_utf8(std::string_view text) {
  std::string sanitized;
  sanitized.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = text.front() == '\0' ? 0 : utf8_length(text);
    sanitized += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return sanitized;
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace remit
