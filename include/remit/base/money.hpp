// Amounts of money: 64-bit minor units with their currency, and rates between currencies.
//
// Arithmetic is checked: a sum that does not fit, or of two currencies, is an error value. Products
// go through 128 bits. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"

namespace remit {

/// The currencies of docs/openapi.json, ISO 4217 names; USDC is the stablecoin used inside.
enum class Currency : std::uint8_t { USD, EUR, GBP, JPY, AUD, CAD, BRL, USDC };

/// All of them, in their order.
inline constexpr std::array kCurrencies{Currency::USD, Currency::EUR, Currency::GBP,
                                        Currency::JPY, Currency::AUD, Currency::CAD,
                                        Currency::BRL, Currency::USDC};

[[nodiscard]] std::string_view to_string(Currency currency);
/// Upper or lower case.
[[nodiscard]] std::optional<Currency> parse_currency(std::string_view text);
/// Only what a client may name: without the stablecoin.
[[nodiscard]] std::optional<Currency> parse_fiat_currency(std::string_view text);
/// Digits after the point: JPY 0, USDC 6, the others 2.
[[nodiscard]] int minor_digits(Currency currency);

/// Largest amount a client may name, in minor units (docs/openapi.json).
inline constexpr std::int64_t kMaxAmount = 1'000'000'000;

inline constexpr ProblemCode kAmountOutOfRange{"AMOUNT_OUT_OF_RANGE", 422,
                                               "The amount is too large to calculate with"};

inline constexpr ProblemCode kCurrencyMismatch{"CURRENCY_MISMATCH", 422,
                                               "The amounts are of different currencies"};

struct Money {
  std::int64_t minor = 0;
  Currency currency = Currency::USD;

  friend bool operator==(const Money&, const Money&) = default;
};

[[nodiscard]] Result<Money> add(Money a, Money b);
[[nodiscard]] Result<Money> subtract(Money a, Money b);
/// "19.90 BRL"
[[nodiscard]] std::string to_string(Money money);
/// "19.90": major units with exactly the currency's digits.
[[nodiscard]] std::string major_units(Money money);

/// How many major units of one currency a major unit of another buys, scaled by 10^8; always
/// positive.
class Rate {
 public:
  static constexpr int kScale = 8;

  constexpr Rate() = default;
  [[nodiscard]] static std::optional<Rate> from_scaled(std::int64_t scaled);
  /// At most 8 fraction digits, above zero.
  [[nodiscard]] static std::expected<Rate, std::string> parse(std::string_view text);

  [[nodiscard]] constexpr std::int64_t scaled() const { return scaled_; }
  /// Shortest decimal: "0.9205".
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;

 private:
  explicit constexpr Rate(std::int64_t scaled) : scaled_(scaled) {}
  std::int64_t scaled_ = 100'000'000;
};

/// floor(amount × rate) in minor units of `to`. Negative amounts are refused, here and below.
[[nodiscard]] Result<Money> convert_floor(Money amount, Rate rate, Currency to);

/// The least amount of `from` that `convert_floor` turns into at least `target`: what a payout
/// costs.
[[nodiscard]] Result<Money> cost_of(Money target, Rate rate, Currency from);

/// A fee of `percent` plus a fixed part.
struct FeeSchedule {
  /// Percent scaled by 10^8: 2.9 % is 290'000'000.
  std::int64_t percent_scaled = 0;
  /// Fixed part in major units scaled by 10^8, whatever the currency: 0.30 is 30'000'000.
  std::int64_t fixed_scaled = 0;

  static constexpr int kScale = 8;
  friend bool operator==(const FeeSchedule&, const FeeSchedule&) = default;
};

/// The sum of both parts, rounded once, half-up, to the minor unit of the amount's currency.
[[nodiscard]] Result<Money> fee_of(const FeeSchedule& schedule, Money amount);

}  // namespace remit
