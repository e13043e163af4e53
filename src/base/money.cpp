#include "remit/base/money.hpp"

#include <algorithm>
#include <limits>

#include "remit/base/decimal.hpp"
#include "remit/base/text.hpp"

namespace remit {
namespace {

__extension__ using Wide = unsigned __int128;

struct CurrencyRow {
  std::string_view name;
  int digits;
};

/// In the order of kCurrencies.
constexpr std::array<CurrencyRow, kCurrencies.size()> kRows{{{"USD", 2},
                                                             {"EUR", 2},
                                                             {"GBP", 2},
                                                             {"JPY", 0},
                                                             {"AUD", 2},
                                                             {"CAD", 2},
                                                             {"BRL", 2},
                                                             {"USDC", 6}}};

static_assert(kCurrencies.back() == Currency{kCurrencies.size() - 1}, "none is missing");

const CurrencyRow& row_of(Currency currency) {
  return kRows.at(static_cast<std::size_t>(currency));
}

Wide widen(std::int64_t value) { return static_cast<Wide>(value); }

std::unexpected<Problem> out_of_range(Money amount) {
  return fail(kAmountOutOfRange, to_string(amount) + " is outside of what can be calculated");
}

std::unexpected<Problem> mismatch(Money a, Money b) {
  return fail(kCurrencyMismatch, to_string(a) + " and " + to_string(b) + " cannot be combined");
}

Result<Money> narrow(Wide value, Currency currency, Money cause) {
  if (value > widen(std::numeric_limits<std::int64_t>::max())) return out_of_range(cause);
  return Money{static_cast<std::int64_t>(value), currency};
}

/// What `minor of a` × scaled rate is divided by to give `minor of b`: between 10^2 and 10^14, so a
/// product of two 63-bit numbers never has to be multiplied further.
Wide conversion_divisor(Currency a, Currency b) {
  return widen(power_of_ten(Rate::kScale + minor_digits(a) - minor_digits(b)));
}

}  // namespace

std::string_view to_string(Currency currency) { return row_of(currency).name; }

int minor_digits(Currency currency) { return row_of(currency).digits; }

std::optional<Currency> parse_currency(std::string_view text) {
  const auto is_named = [text](Currency currency) {
    return std::ranges::equal(text, row_of(currency).name, {}, to_lower, to_lower);
  };
  const auto found = std::ranges::find_if(kCurrencies, is_named);
  return found == kCurrencies.end() ? std::nullopt : std::optional(*found);
}

std::optional<Currency> parse_fiat_currency(std::string_view text) {
  const std::optional<Currency> currency = parse_currency(text);
  if (currency == Currency::USDC) return std::nullopt;
  return currency;
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency) return mismatch(a, b);
  Money sum{0, a.currency};
  if (__builtin_add_overflow(a.minor, b.minor, &sum.minor)) return out_of_range(a);
  return sum;
}

Result<Money> subtract(Money a, Money b) {
  if (a.currency != b.currency) return mismatch(a, b);
  Money difference{0, a.currency};
  if (__builtin_sub_overflow(a.minor, b.minor, &difference.minor)) return out_of_range(a);
  return difference;
}

std::string major_units(Money money) {
  return print_decimal(money.minor, minor_digits(money.currency));
}

std::string to_string(Money money) {
  return major_units(money) + " " + std::string(to_string(money.currency));
}

std::optional<Rate> Rate::from_scaled(std::int64_t scaled) {
  if (scaled <= 0) return std::nullopt;
  return Rate(scaled);
}

std::expected<Rate, std::string> Rate::parse(std::string_view text) {
  const std::expected<std::int64_t, std::string> scaled = parse_decimal(text, kScale);
  if (!scaled) return std::unexpected(scaled.error());
  if (*scaled == 0) return std::unexpected(std::string("must be above zero"));
  return Rate(*scaled);
}

std::string Rate::to_string() const { return print_decimal_shortest(scaled_, kScale); }

Result<Money> convert_floor(Money amount, Rate rate, Currency to) {
  if (amount.minor < 0) return out_of_range(amount);
  const Wide product = widen(amount.minor) * widen(rate.scaled());
  return narrow(product / conversion_divisor(amount.currency, to), to, amount);
}

Result<Money> cost_of(Money target, Rate rate, Currency from) {
  if (target.minor < 0) return out_of_range(target);
  // floor(s·r/d) ≥ t holds exactly when s·r ≥ t·d, so the least s is ceil(t·d/r).
  const Wide needed = widen(target.minor) * conversion_divisor(from, target.currency);
  const Wide divisor = widen(rate.scaled());
  return narrow((needed + divisor - 1) / divisor, from, target);
}

Result<Money> fee_of(const FeeSchedule& schedule, Money amount) {
  if (amount.minor < 0 || schedule.percent_scaled < 0 || schedule.fixed_scaled < 0) {
    return out_of_range(amount);
  }
  // Both parts over one denominator, so that only their sum is rounded.
  const int percent_digits = FeeSchedule::kScale + 2;
  const Wide denominator = widen(power_of_ten(percent_digits));
  const Wide percent = widen(amount.minor) * widen(schedule.percent_scaled);
  const Wide fixed =
      widen(schedule.fixed_scaled) * widen(power_of_ten(minor_digits(amount.currency) + 2));
  return narrow((percent + fixed + denominator / 2) / denominator, amount.currency, amount);
}

}  // namespace remit
