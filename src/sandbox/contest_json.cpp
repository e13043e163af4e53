#include "contest_json.hpp"

#include <algorithm>

#include "remit/base/decimal.hpp"
#include "remit/base/text.hpp"

namespace remit::sandbox {
namespace {

constexpr std::size_t kCentDigits = 2;

}  // namespace

net::JsonValue spelt_as(const net::JsonValue& body, std::initializer_list<std::string_view> names) {
  const net::JsonObject* object = body.object();
  if (object == nullptr) return body;
  net::JsonObject spelt = *object;
  for (const std::string_view name : names) {
    if (spelt.contains(name)) continue;
    const auto found = std::ranges::find_if(
        spelt, [name](const auto& member) { return equal_without_case(member.first, name); });
    if (found == spelt.end()) continue;
    net::JsonValue value = found->second;
    spelt.emplace(std::string(name), std::move(value));
  }
  return net::JsonValue(std::move(spelt));
}

std::expected<std::int64_t, std::string> parse_cents(std::string_view text) {
  const std::size_t point = text.find('.');
  const bool is_plain = text.find_first_of("eE") == std::string_view::npos;
  if (!is_plain || point == std::string_view::npos || text.size() <= point + 1 + kCentDigits) {
    return parse_decimal(text, kCentDigits);
  }
  const std::string_view rest = text.substr(point + 1 + kCentDigits);
  if (!std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; })) {
    return parse_decimal(text, kCentDigits);
  }
  auto cents = parse_decimal(text.substr(0, point + 1 + kCentDigits), kCentDigits);
  if (!cents) return cents;
  const bool is_half = rest.front() == '5' && rest.find_first_not_of('0', 1) == rest.npos;
  const bool goes_up = is_half ? *cents % 2 != 0 : rest.front() >= '5';
  if (goes_up && __builtin_add_overflow(*cents, 1, &*cents)) {
    return std::unexpected(std::string(kTooLarge));
  }
  return cents;
}

std::expected<Timestamp, std::string> parse_contest_time(std::string_view text, Rounding rounding) {
  const std::size_t time_at = text.find_first_of("Tt ");
  if (time_at != std::string_view::npos &&
      text.find_first_of("Zz+-", time_at) == std::string_view::npos) {
    return parse_timestamp(std::string(text) + "Z", rounding);
  }
  return parse_timestamp(text, rounding);
}

}  // namespace remit::sandbox
