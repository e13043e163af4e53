#include "toml_characters.hpp"

#include <algorithm>

#include "remit/base/text.hpp"

namespace remit::config {
namespace {

constexpr char kPrivatePlane = '\xF4';  ///< the first byte of U+100000..U+10FFFF, and of no other
constexpr char kContinuation = '\x80';
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The low six bits, in the form of a byte that is not a character's first.
char continuation(char c) { return static_cast<char>((c & 0x3F) | kContinuation); }

}  // namespace

std::optional<std::string> hide_characters(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string hidden;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    if (length == 4 && text.front() == kPrivatePlane) return std::nullopt;
    const std::string_view character = text.substr(0, length);
    if (length == 2) {
      hidden += {kPrivatePlane, kContinuation, continuation(character[0]), character[1]};
    } else if (length == 3) {
      const auto high = static_cast<char>(character[0] & 0x0F);
      hidden += {kPrivatePlane, continuation(high), character[1], character[2]};
    } else {
      hidden += character;
    }
    text.remove_prefix(length);
  }
  return hidden;
}

std::string show_characters(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    if (text.front() != kPrivatePlane || text.size() < 4) {
      shown += text.front();
      text.remove_prefix(1);
      continue;
    }
    // Two bytes hold eleven bits.
    const bool has_two = text[1] == kContinuation && (text[2] & 0x20) == 0;
    if (has_two) {
      shown += {static_cast<char>((text[2] & 0x1F) | '\xC0'), text[3]};
    } else {
      shown += {static_cast<char>((text[1] & 0x0F) | '\xE0'), text[2], text[3]};
    }
    text.remove_prefix(4);
  }
  return shown;
}

}  // namespace remit::config
