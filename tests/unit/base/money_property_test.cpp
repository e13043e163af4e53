// Money against arbitrary-precision arithmetic, over random amounts, rates, fees and currencies.
#include <gtest/gtest.h>

#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <random>

#include "remit/base/decimal.hpp"
#include "remit/base/money.hpp"

namespace remit {
namespace {

using boost::multiprecision::cpp_int;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kRounds = 50'000;

class MoneyProperties : public testing::Test {
 protected:
  /// Every magnitude is as likely as every other.
  std::int64_t number() { return static_cast<std::int64_t>(random_() >> (1 + random_() % 63)); }

  Rate rate() { return Rate::from_scaled(number()).value_or(Rate()); }

  Currency currency() {
    static constexpr std::array kOfEachKind{Currency::JPY, Currency::USD, Currency::USDC};
    return kOfEachKind.at(random_() % kOfEachKind.size());
  }

  std::mt19937_64 random_{20261120};
};

cpp_int ten_to(int exponent) { return cpp_int(power_of_ten(exponent)); }

/// floor(amount / 10^from × rate / 10^8 × 10^to)
cpp_int exact_conversion(cpp_int amount, Rate rate, Currency from, Currency to) {
  return amount * rate.scaled() * ten_to(minor_digits(to)) /
         (ten_to(minor_digits(from)) * ten_to(Rate::kScale));
}

TEST_F(MoneyProperties, ConversionIsTheFloorOfTheExactProduct) {
  int fitting = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Money amount{number(), currency()};
    const Rate at = rate();
    const Currency to = currency();
    const cpp_int exact = exact_conversion(amount.minor, at, amount.currency, to);
    const Result<Money> converted = convert_floor(amount, at, to);
    ASSERT_EQ(converted.has_value(), exact <= kMax);
    if (!converted) continue;
    ++fitting;
    ASSERT_EQ(cpp_int(converted->minor), exact);
    ASSERT_EQ(converted->currency, to);
  }
  EXPECT_GT(fitting, kRounds / 4);
}

TEST_F(MoneyProperties, CostIsTheLeastAmountThatReachesTheTarget) {
  int fitting = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Money target{number(), currency()};
    const Rate at = rate();
    const Currency from = currency();
    const Result<Money> cost = cost_of(target, at, from);
    if (!cost) {
      ASSERT_LT(exact_conversion(kMax, at, from, target.currency), cpp_int(target.minor));
      continue;
    }
    ++fitting;
    ASSERT_GE(exact_conversion(cost->minor, at, from, target.currency), target.minor);
    if (cost->minor == 0) continue;
    ASSERT_LT(exact_conversion(cpp_int(cost->minor) - 1, at, from, target.currency), target.minor);
  }
  EXPECT_GT(fitting, kRounds / 4);
}

TEST_F(MoneyProperties, FeesAreTheExactSumRoundedHalfUp) {
  int fitting = 0;
  for (int i = 0; i < kRounds; ++i) {
    const FeeSchedule schedule{number(), number()};
    const Money amount{number(), currency()};
    const cpp_int unit = ten_to(FeeSchedule::kScale) * 100;
    const cpp_int sum =
        cpp_int(amount.minor) * schedule.percent_scaled +
        cpp_int(schedule.fixed_scaled) * ten_to(minor_digits(amount.currency)) * 100;
    const cpp_int rounded = sum / unit + (sum % unit * 2 >= unit ? 1 : 0);
    const Result<Money> fee = fee_of(schedule, amount);
    ASSERT_EQ(fee.has_value(), rounded <= kMax);
    if (!fee) continue;
    ++fitting;
    ASSERT_EQ(cpp_int(fee->minor), rounded);
    ASSERT_EQ(fee->currency, amount.currency);
  }
  EXPECT_GT(fitting, kRounds / 4);
}

TEST_F(MoneyProperties, RatesAndAmountsAreReadBackAsPrinted) {
  for (int i = 0; i < kRounds; ++i) {
    const Rate at = rate();
    ASSERT_EQ(Rate::parse(at.to_string()), at);
    const Money amount{number(), currency()};
    ASSERT_EQ(parse_decimal(major_units(amount), minor_digits(amount.currency)), amount.minor);
  }
}

}  // namespace
}  // namespace remit
