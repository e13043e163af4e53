// Text → amounts, rates, fees, instants, durations, ids. Promises:
//   * a decimal has the value that its characters say: a plain reader that works on text alone
//   finds
//     the same, for every scale, or refuses it, too;
//   * a time has the instant that the C library finds for its fields;
//   * what is read can be printed and read again;
//   * products of money and rates are those of 128-bit arithmetic, rounded as they say.
#include <cstring>
#include <ctime>
#include <limits>

#include "fuzz.hpp"
#include "plain_decimal.hpp"
#include "remit/base/base64url.hpp"
#include "remit/base/decimal.hpp"
#include "remit/base/money.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::fuzz {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::string_view kLargest = "9223372036854775807";

bool fits(const std::string& digits) {
  return digits.size() < kLargest.size() ||
         (digits.size() == kLargest.size() && digits <= kLargest);
}

void check_scale(std::string_view text, int scale) {
  const auto read = parse_decimal(text, scale);
  const auto plain = plain_decimal(text);
  const auto scaled = plain ? plain_scaled(*plain, scale) : std::nullopt;
  if (!read) {
    require(!scaled || !fits(*scaled), "what a plain reader reads is read", text);
    require(read.error() != kTooLarge || plain.has_value(), "only a number is too large", text);
    const auto cut = parse_decimal_cut(text, scale);
    require(!cut || plain.has_value(), "only a number is cut", text);
    return;
  }
  require(scaled == std::to_string(*read), "it has the value of its characters", text);
  require(parse_decimal_cut(text, scale) == *read, "of what fits nothing is cut", text);
  require(parse_decimal(print_decimal(*read, scale), scale) == *read, "printed, it is the same");
  require(parse_decimal(print_decimal_shortest(*read, scale), scale) == *read, "shortest, too");
}

void check_rate(std::string_view text) {
  const auto rate = Rate::parse(text);
  if (!rate) return;
  require(rate->scaled() > 0, "a rate is above zero", text);
  require(Rate::parse(rate->to_string()) == *rate, "a rate is printed as it is", text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of "2026-11-20T17:05:01" followed by anything; empty: it has no such fields.
std::optional<std::int64_t> plain_seconds(const std::string& text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_as_it_should = kForm[i] == '0'   ? is_digit(text[i])
                                 : kForm[i] == 'T' ? text[i] == 'T' || text[i] == 't'
                                                   : text[i] == kForm[i];
    if (!is_as_it_should) return std::nullopt;
  }
  const auto field = [&](std::size_t at, std::size_t width) {
    return std::stoi(text.substr(at, width));
  };
  std::tm fields{};
  fields.tm_year = field(0, 4) - 1900;
  fields.tm_mon = field(5, 2) - 1;
  fields.tm_mday = field(8, 2);
  fields.tm_hour = field(11, 2);
  fields.tm_min = field(14, 2);
  fields.tm_sec = field(17, 2);
  const std::tm asked = fields;
  const std::int64_t seconds = timegm(&fields);
  const bool exists = fields.tm_mon == asked.tm_mon && fields.tm_mday == asked.tm_mday &&
                      fields.tm_hour == asked.tm_hour && fields.tm_min == asked.tm_min &&
                      fields.tm_sec == asked.tm_sec;
  return exists ? std::optional(seconds) : std::nullopt;
}

void check_time(std::string_view text) {
  const auto down = parse_timestamp(text, Rounding::down);
  const auto up = parse_timestamp(text, Rounding::up);
  const std::string owned(text);
  const auto seconds = plain_seconds(owned);
  const bool is_utc = owned.ends_with('Z') || owned.ends_with('z');
  if (!down) {
    // Of the simple form the fields alone decide, from year 1 on.
    const bool is_simple = is_utc && owned.size() == 20 && seconds && owned.substr(0, 4) != "0000";
    require(!is_simple, "a time that exists is read", text);
    return;
  }
  require(seconds.has_value(), "only a time that exists is read", text);
  const std::int64_t since =
      std::chrono::floor<std::chrono::seconds>(*down).time_since_epoch() / std::chrono::seconds(1);
  if (is_utc) require(since == *seconds, "it is the instant of its fields", text);
  const std::int64_t offset = since - *seconds;
  require(offset % 60 == 0 && offset > -86'400 && offset < 86'400, "an offset is within a day",
          text);
  if (up) require(*up - *down <= Duration(1) && *up >= *down, "up is at most one further", text);
  require(parse_timestamp(to_rfc3339(*down)) == *down, "printed, it is the same", text);
  require(to_rfc3339_milliseconds(*down) == to_rfc3339(truncate_to_milliseconds(*down)),
          "milliseconds are cut, not rounded", text);
}

void check_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (duration) {
    require(*duration >= Duration::zero(), "a duration is not negative", text);
    require(parse_duration(to_string(*duration)) == *duration, "printed, it is the same", text);
  }
  const auto time = parse_time_of_day(text);
  require(!time || (*time >= Duration::zero() && *time < std::chrono::hours(24)), "within a day");
}

void check_id(std::string_view text) {
  if (const auto id = Uuid::parse(text)) {
    require(text.size() == 36, "an id has 36 characters", text);
    require(Uuid::parse(id->to_string()) == *id, "printed, it is the same", text);
  }
  require(base64url_decode(base64url_encode(text)) == text, "base64url keeps every byte");
  if (const auto bytes = base64url_decode(text)) {
    require(base64url_encode(*bytes) == text, "one text for one value", text);
  }
  if (const auto currency = parse_currency(text)) {
    require(parse_currency(to_string(*currency)) == *currency, "printed, it is the same", text);
  }
}

/// Numbers that the bytes of the text are, for arithmetic.
void check_money(std::string_view text) {
  std::int64_t numbers[3] = {};
  if (text.size() < sizeof numbers) return;
  std::memcpy(numbers, text.data(), sizeof numbers);
  const std::uint64_t hash = hash_of(text);
  const Currency from = kCurrencies.at(hash % kCurrencies.size());
  const Currency to = kCurrencies.at(hash / 8 % kCurrencies.size());
  const Money amount{numbers[0], from};
  const auto rate = Rate::from_scaled(numbers[1]);
  const auto limit = static_cast<Wide>(std::numeric_limits<std::int64_t>::max());
  if (rate && amount.minor >= 0) {
    const auto factor = static_cast<Wide>(rate->scaled());
    const Wide divisor =
        static_cast<Wide>(power_of_ten(Rate::kScale + minor_digits(from) - minor_digits(to)));
    const Wide exact = static_cast<Wide>(amount.minor) * factor / divisor;
    const auto payout = convert_floor(amount, *rate, to);
    require(payout.has_value() == (exact <= limit), "a payout is there when it fits");
    if (payout) {
      require(static_cast<Wide>(payout->minor) == exact, "a payout is rounded down");
      const auto cost = cost_of(*payout, *rate, from);
      require(cost && cost->minor <= amount.minor, "it costs no more than what it was made from");
      const auto again = convert_floor(*cost, *rate, to);
      require(again && again->minor >= payout->minor, "and what it costs pays it");
    }
  }
  const auto sum = add(amount, Money{numbers[2], from});
  if (sum) require(subtract(*sum, Money{numbers[2], from}) == amount, "a sum can be undone");
  const auto fee = fee_of({.percent_scaled = numbers[1], .fixed_scaled = numbers[2]}, amount);
  if (fee) require(fee->minor >= 0 && amount.minor >= 0, "a fee is not negative");
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view text = text_of(data, size);
  for (const int scale : {0, 2, 6, 8}) check_scale(text, scale);
  check_rate(text);
  check_time(text);
  check_duration(text);
  check_id(text);
  check_money(text);
  return 0;
}
