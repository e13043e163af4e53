#include "remit/base/text.hpp"

namespace remit {

std::string_view clip_text(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr std::size_t kLongest = 4;
  const auto continues = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  std::size_t end = max_bytes;
  while (end > 0 && max_bytes - end < kLongest - 1 && continues(end)) --end;
  return text.substr(0, end);
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace remit
