#include "remit/base/money.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace remit {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Rate rate_of(std::string_view text) { return *Rate::parse(text); }

TEST(Currency, IsReadInEitherCaseAndWrittenInUpper) {
  EXPECT_EQ(parse_currency("brl"), Currency::BRL);
  EXPECT_EQ(parse_currency("Usd"), Currency::USD);
  EXPECT_EQ(parse_currency("USDC"), Currency::USDC);
  for (const char* text : {"", "US", "USDD", "USD ", "XXX", "U\0D"}) {
    EXPECT_FALSE(parse_currency(text)) << text;
  }
  for (const Currency currency : {Currency::USD, Currency::EUR, Currency::GBP, Currency::JPY,
                                  Currency::AUD, Currency::CAD, Currency::BRL, Currency::USDC}) {
    EXPECT_EQ(parse_currency(to_string(currency)), currency);
  }
}

TEST(Currency, TheStablecoinIsNotForClients) {
  EXPECT_FALSE(parse_fiat_currency("USDC"));
  EXPECT_FALSE(parse_fiat_currency("usdc"));
  EXPECT_FALSE(parse_fiat_currency("nope"));
  EXPECT_EQ(parse_fiat_currency("jpy"), Currency::JPY);
}

TEST(Currency, HasItsDigits) {
  EXPECT_EQ(minor_digits(Currency::JPY), 0);
  EXPECT_EQ(minor_digits(Currency::BRL), 2);
  EXPECT_EQ(minor_digits(Currency::USDC), 6);
}

TEST(Money, IsWrittenInMajorUnits) {
  EXPECT_EQ(to_string(Money{1990, Currency::BRL}), "19.90 BRL");
  EXPECT_EQ(to_string(Money{150, Currency::JPY}), "150 JPY");
  EXPECT_EQ(major_units(Money{1, Currency::USDC}), "0.000001");
  EXPECT_EQ(major_units(Money{-1, Currency::USD}), "-0.01");
}

TEST(Money, SumsAndDifferencesAreChecked) {
  const Money most{kMax, Currency::USD};
  const Money least{kMin, Currency::USD};
  const Money one{1, Currency::USD};
  EXPECT_EQ(add(one, one), (Money{2, Currency::USD}));
  EXPECT_EQ(subtract(one, Money{3, Currency::USD}), (Money{-2, Currency::USD}));
  EXPECT_EQ(add(most, one).error().code, kAmountOutOfRange);
  EXPECT_EQ(subtract(least, one).error().code, kAmountOutOfRange);
  EXPECT_EQ(subtract(one, least).error().code, kAmountOutOfRange);
  EXPECT_EQ(add(most, least), (Money{-1, Currency::USD}));
}

TEST(Money, CurrenciesDoNotMix) {
  const Money dollar{100, Currency::USD};
  const Money euro{100, Currency::EUR};
  EXPECT_EQ(add(dollar, euro).error().code, kCurrencyMismatch);
  EXPECT_EQ(subtract(dollar, euro).error().code, kCurrencyMismatch);
}

TEST(Money, SumsAgreeWithWiderArithmetic) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50'000; ++i) {
    const auto a = static_cast<std::int64_t>(random());
    const auto b = static_cast<std::int64_t>(random());
    __extension__ using Wide = __int128;
    const Wide sum = Wide{a} + b;
    const Wide difference = Wide{a} - b;
    const auto fits = [](Wide value) { return value >= kMin && value <= kMax; };
    const Result<Money> added = add(Money{a, Currency::GBP}, Money{b, Currency::GBP});
    const Result<Money> subtracted = subtract(Money{a, Currency::GBP}, Money{b, Currency::GBP});
    ASSERT_EQ(added.has_value(), fits(sum));
    ASSERT_EQ(subtracted.has_value(), fits(difference));
    if (added) ASSERT_EQ(added->minor, sum);
    if (subtracted) ASSERT_EQ(subtracted->minor, difference);
  }
}

TEST(Rate, IsPositiveWithAtMostEightFractionDigits) {
  EXPECT_EQ(rate_of("0.92050000").to_string(), "0.9205");
  EXPECT_EQ(rate_of("150").scaled(), 15'000'000'000);
  EXPECT_EQ(Rate().to_string(), "1");
  EXPECT_EQ(Rate::parse("0").error(), "must be above zero");
  for (const char* text : {"0.000000001", "-1", "1e12", "", "x"}) EXPECT_FALSE(Rate::parse(text));
  EXPECT_FALSE(Rate::from_scaled(0));
  EXPECT_FALSE(Rate::from_scaled(-1));
  EXPECT_EQ(Rate::from_scaled(1)->to_string(), "0.00000001");
}

TEST(ConvertFloor, CutsOffWhatIsLessThanAMinorUnit) {
  const Money paid{95'275, Currency::USD};
  EXPECT_EQ(convert_floor(paid, rate_of("0.9205"), Currency::EUR), (Money{87'700, Currency::EUR}));
  EXPECT_EQ(convert_floor(Money{199, Currency::USD}, rate_of("150.5"), Currency::JPY),
            (Money{299, Currency::JPY}));
  EXPECT_EQ(convert_floor(Money{1, Currency::JPY}, rate_of("0.00666667"), Currency::USDC),
            (Money{6666, Currency::USDC}));
  EXPECT_EQ(convert_floor(Money{0, Currency::USD}, rate_of("9"), Currency::EUR),
            (Money{0, Currency::EUR}));
}

TEST(ConvertFloor, RefusesWhatDoesNotFit) {
  const Money most{kMax, Currency::JPY};
  EXPECT_EQ(convert_floor(most, rate_of("1"), Currency::USD).error().code, kAmountOutOfRange);
  EXPECT_EQ(convert_floor(most, *Rate::from_scaled(kMax), Currency::USDC).error().code,
            kAmountOutOfRange);
  EXPECT_EQ(convert_floor(Money{-1, Currency::USD}, Rate(), Currency::EUR).error().code,
            kAmountOutOfRange);
}

TEST(CostOf, IsTheLeastAmountThatPaysTheTarget) {
  EXPECT_EQ(cost_of(Money{87'700, Currency::EUR}, rate_of("0.9205"), Currency::USD),
            (Money{95'275, Currency::USD}));
  EXPECT_EQ(cost_of(Money{0, Currency::EUR}, rate_of("0.9205"), Currency::USD),
            (Money{0, Currency::USD}));
  EXPECT_EQ(cost_of(Money{-1, Currency::EUR}, Rate(), Currency::USD).error().code,
            kAmountOutOfRange);
  EXPECT_EQ(cost_of(Money{kMax, Currency::EUR}, *Rate::from_scaled(1), Currency::USD).error().code,
            kAmountOutOfRange);
}

TEST(FeeOf, FollowsTheContractsTiers) {
  const FeeSchedule small{290'000'000, 30'000'000};
  const FeeSchedule large{200'000'000, 100'000'000};
  EXPECT_EQ(fee_of(small, Money{5'000, Currency::USD}), (Money{175, Currency::USD}));
  EXPECT_EQ(fee_of(large, Money{100'000, Currency::USD}), (Money{2'100, Currency::USD}));
  EXPECT_EQ(fee_of(large, Money{5'000, Currency::JPY}), (Money{101, Currency::JPY}));
}

TEST(FeeOf, RoundsTheSumHalfUpOnce) {
  const FeeSchedule half{50'000'000, 0};
  EXPECT_EQ(fee_of(half, Money{99, Currency::USD}), (Money{0, Currency::USD}));
  EXPECT_EQ(fee_of(half, Money{100, Currency::USD}), (Money{1, Currency::USD}));
  // 0.4 yen and 0.3 yen are 0.7 yen, although each alone would round to nothing.
  const FeeSchedule both{40'000'000, 30'000'000};
  EXPECT_EQ(fee_of(both, Money{100, Currency::JPY}), (Money{1, Currency::JPY}));
}

TEST(FeeOf, RefusesNegativesAndOverflow) {
  EXPECT_FALSE(fee_of(FeeSchedule{1, 0}, Money{-1, Currency::USD}));
  EXPECT_FALSE(fee_of(FeeSchedule{-1, 0}, Money{1, Currency::USD}));
  EXPECT_FALSE(fee_of(FeeSchedule{0, -1}, Money{1, Currency::USD}));
  EXPECT_FALSE(fee_of(FeeSchedule{kMax, kMax}, Money{kMax, Currency::USDC}));
}

}  // namespace
}  // namespace remit
