#include "plain_decimal.hpp"

#include <algorithm>
#include <cctype>

namespace remit::fuzz {
namespace {

constexpr std::int64_t kFar = 1'000'000'000'000;

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && std::isdigit(static_cast<unsigned char>(text[at + count]))) {
    ++count;
  }
  return count;
}

}  // namespace

std::optional<PlainDecimal> plain_decimal(std::string_view text) {
  PlainDecimal number;
  std::size_t at = digits_at(text, 0);
  if (at == 0 || (at > 1 && text[0] == '0')) return std::nullopt;
  number.digits = text.substr(0, at);
  if (at < text.size() && text[at] == '.') {
    const std::size_t count = digits_at(text, at + 1);
    if (count == 0) return std::nullopt;
    number.digits += text.substr(at + 1, count);
    number.exponent -= static_cast<std::int64_t>(count);
    at += 1 + count;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool negative = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t count = digits_at(text, at);
    if (count == 0) return std::nullopt;
    std::int64_t power = 0;
    for (const char c : text.substr(at, count)) power = std::min(power * 10 + (c - '0'), kFar);
    number.exponent += negative ? -power : power;
    at += count;
  }
  if (at != text.size()) return std::nullopt;
  const std::size_t first = number.digits.find_first_not_of('0');
  number.digits.erase(0, first == std::string::npos ? number.digits.size() : first);
  return number;
}

std::optional<std::string> plain_scaled(const PlainDecimal& number, int scale) {
  if (number.digits.empty()) return "0";
  std::string digits = number.digits;
  std::int64_t power = number.exponent + scale;
  for (; power < 0 && digits.ends_with('0'); ++power) digits.pop_back();
  if (power < 0 || power > 19) return std::nullopt;
  digits.append(static_cast<std::size_t>(power), '0');
  if (digits.size() > 19) return std::nullopt;
  return digits;
}

}  // namespace remit::fuzz
