#include "plain_framing.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace remit::fuzz {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The line at the front of `rest`, which is then removed with its end.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + kLineEnd.size());
  return line;
}

std::optional<std::size_t> number(std::string_view digits, std::string_view alphabet) {
  if (digits.empty()) return std::nullopt;
  std::size_t value = 0;
  for (const char c : lowered(digits)) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos || value > (1U << 24U)) return std::nullopt;
    value = value * alphabet.size() + digit;
  }
  return value;
}

/// What the chunks at the front of `rest` hold; they and the trailers are removed.
std::optional<std::string> take_chunks(std::string_view& rest) {
  std::string body;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    const std::string_view digits =
        line->substr(0, line->find_first_not_of("0123456789abcdefABCDEF"));
    const auto size = number(digits, "0123456789abcdef");
    if (!size) return std::nullopt;
    if (*size == 0) break;
    if (rest.size() < *size + kLineEnd.size()) return std::nullopt;
    body += rest.substr(0, *size);
    rest.remove_prefix(*size);
    if (!rest.starts_with(kLineEnd)) return std::nullopt;
    rest.remove_prefix(kLineEnd.size());
  }
  for (;;) {
    const auto trailer = take_line(rest);
    if (!trailer) return std::nullopt;
    if (trailer->empty()) return body;
  }
}

}  // namespace

std::optional<PlainMessage> plain_message(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with(kLineEnd)) rest.remove_prefix(kLineEnd.size());
  std::vector<std::string> encodings;
  std::vector<std::string> lengths;
  if (!take_line(rest)) return std::nullopt;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    if (line->empty()) break;
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lowered(line->substr(0, colon));
    const std::string value = lowered(trimmed(line->substr(colon + 1)));
    if (name == "transfer-encoding") encodings.push_back(value);
    if (name == "content-length") lengths.push_back(value);
  }
  if (encodings.size() + lengths.size() > 1) return std::nullopt;
  PlainMessage message;
  if (!encodings.empty()) {
    auto body = encodings.front() == "chunked" ? take_chunks(rest) : std::nullopt;
    if (!body) return std::nullopt;
    message.body = *std::move(body);
  } else if (!lengths.empty()) {
    const auto length = number(lengths.front(), "0123456789");
    if (!length || *length > rest.size()) return std::nullopt;
    message.body = rest.substr(0, *length);
    rest.remove_prefix(*length);
  }
  message.length = text.size() - rest.size();
  return message;
}

}  // namespace remit::fuzz
