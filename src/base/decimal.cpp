#include "remit/base/decimal.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace remit {
namespace {

constexpr int kMaxPower = 18;
/// Larger exponents make no difference: such a number does not fit 63 bits.
constexpr std::int64_t kExponentLimit = 1'000'000'000;
constexpr std::string_view kNotANumber =
    "must be a plain non-negative decimal number, such as 19.90";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
  const auto count = static_cast<std::size_t>(end - rest.begin());
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

/// The exponent at the start of `rest`: 0 when there is none, nothing when it is malformed.
std::optional<std::int64_t> take_exponent(std::string_view& rest) {
  if (rest.empty() || (rest.front() != 'e' && rest.front() != 'E')) return 0;
  rest.remove_prefix(1);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const std::string_view digits = take_digits(rest);
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), kExponentLimit);
  return negative ? -value : value;
}

/// A number as its significant digits (no leading or trailing zeros) times 10^exponent.
struct Parts {
  std::string digits;
  std::int64_t exponent = 0;
};

std::optional<Parts> split(std::string_view text) {
  std::string_view rest = text;
  const std::string_view whole = take_digits(rest);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) return std::nullopt;
  }
  const std::optional<std::int64_t> exponent = take_exponent(rest);
  if (!exponent || !rest.empty()) return std::nullopt;

  Parts parts{std::string(whole) + std::string(fraction),
              *exponent - static_cast<std::int64_t>(fraction.size())};
  parts.digits.erase(0, std::min(parts.digits.find_first_not_of('0'), parts.digits.size()));
  while (parts.digits.ends_with('0')) {
    parts.digits.pop_back();
    ++parts.exponent;
  }
  return parts;
}

std::optional<std::int64_t> scaled_value(const Parts& parts, std::int64_t zeros) {
  if (parts.digits.size() > kMaxPower + 1 || zeros > kMaxPower) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : parts.digits) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, c - '0', &value)) return std::nullopt;
  }
  const std::int64_t factor = power_of_ten(static_cast<int>(zeros));
  if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
  return value;
}

/// What becomes of digits beyond the scale.
enum class Rest { refused, cut_off };

std::expected<std::int64_t, std::string> parse(std::string_view text, int scale, Rest rest) {
  std::optional<Parts> parts = split(text);
  if (!parts) return std::unexpected(std::string(kNotANumber));
  std::int64_t zeros = parts->exponent + scale;
  if (zeros < 0 && rest == Rest::cut_off) {
    const auto kept = std::ssize(parts->digits) + zeros;
    parts->digits.resize(static_cast<std::size_t>(std::max<std::int64_t>(kept, 0)));
    zeros = 0;
  }
  if (parts->digits.empty()) return 0;
  if (zeros < 0) {
    return std::unexpected(scale == 0 ? "must be a whole number"
                                      : "must have at most " + std::to_string(scale) +
                                            (scale == 1 ? " fraction digit" : " fraction digits"));
  }
  const std::optional<std::int64_t> value = scaled_value(*parts, zeros);
  if (!value) return std::unexpected(std::string(kTooLarge));
  return *value;
}

}  // namespace

std::int64_t power_of_ten(int exponent) {
  static constexpr auto kPowers = [] {
    std::array<std::int64_t, kMaxPower + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers.at(static_cast<std::size_t>(exponent));
}

std::expected<std::int64_t, std::string> parse_decimal(std::string_view text, int scale) {
  return parse(text, scale, Rest::refused);
}

std::expected<std::int64_t, std::string> parse_decimal_cut(std::string_view text, int scale) {
  return parse(text, scale, Rest::cut_off);
}

std::string print_decimal(std::int64_t scaled, int scale) {
  const bool negative = scaled < 0;
  // The magnitude of the smallest integer does not fit its own type.
  const std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(scaled) + 1 : static_cast<std::uint64_t>(scaled);
  std::string digits = std::to_string(magnitude);
  const auto fraction = static_cast<std::size_t>(scale);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (fraction > 0) digits.insert(digits.size() - fraction, 1, '.');
  return negative ? "-" + digits : digits;
}

std::string print_decimal_shortest(std::int64_t scaled, int scale) {
  std::string text = print_decimal(scaled, scale);
  if (scale == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace remit
