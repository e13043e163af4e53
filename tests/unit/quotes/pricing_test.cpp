#include "remit/quotes/pricing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace remit::quotes {
namespace {

__extension__ using Wide = __int128;

const std::vector<config::FeeTier> kTiers = config::QuotesConfig{}.platform_fee;
constexpr FeeSchedule kOnramp{100'000'000, 50'000'000};
constexpr FeeSchedule kOfframp{150'000'000, 75'000'000};

TEST(Pricing, TheExampleOfTheContract) {
  const Money amount{100'000, Currency::USD};
  const auto fees = fees_of(amount, platform_schedule(kTiers, amount), kOnramp, kOfframp);
  ASSERT_TRUE(fees);
  EXPECT_EQ(fees->platform.minor, 2100);
  EXPECT_EQ(fees->onramp.minor, 1050);
  EXPECT_EQ(fees->offramp.minor, 1575);
  EXPECT_EQ(fees->total.minor, 4725);
  const auto payout = payout_of(amount, fees->total, *Rate::from_scaled(92'050'000), Currency::EUR);
  ASSERT_TRUE(payout);
  EXPECT_EQ(payout->guaranteed, (Money{87'700, Currency::EUR}));
}

TEST(Pricing, TiersAreByMajorUnitsOfTheSourceCurrency) {
  struct Case {
    Money amount;
    std::size_t tier;
  };
  for (const Case& one : {Case{{1, Currency::USD}, 0}, Case{{9'999, Currency::USD}, 0},
                          Case{{10'000, Currency::USD}, 1}, Case{{99'999, Currency::USD}, 1},
                          Case{{100'000, Currency::USD}, 2}, Case{{99, Currency::JPY}, 0},
                          Case{{100, Currency::JPY}, 1}, Case{{999, Currency::JPY}, 1},
                          Case{{1000, Currency::JPY}, 2}, Case{{kMaxAmount, Currency::JPY}, 2}}) {
    EXPECT_EQ(platform_schedule(kTiers, one.amount), kTiers[one.tier].fee) << to_string(one.amount);
  }
}

TEST(Pricing, AmountsThatDoNotCoverTheirFees) {
  for (const std::int64_t fees : {100, 101, 5'000}) {
    const auto payout =
        payout_of({100, Currency::USD}, {fees, Currency::USD}, Rate{}, Currency::EUR);
    ASSERT_FALSE(payout);
    EXPECT_EQ(payout.error().code, kAmountTooSmall);
  }
  const auto payout = payout_of({101, Currency::USD}, {100, Currency::USD}, Rate{}, Currency::EUR);
  ASSERT_TRUE(payout);
  EXPECT_EQ(payout->guaranteed.minor, 1);
}

TEST(Pricing, APayoutOfNothingIsTooSmall) {
  const auto payout =
      payout_of({100, Currency::JPY}, {0, Currency::JPY}, *Rate::from_scaled(1), Currency::USD);
  ASSERT_FALSE(payout);
  EXPECT_EQ(payout.error().code, kAmountTooSmall);
}

/// amount == fees + cost + rounding, nothing below zero, and the payout is the floor of the
/// contract.
TEST(Pricing, EveryQuoteAddsUp) {
  constexpr std::array kDrawn{Currency::USD, Currency::EUR, Currency::JPY,
                              Currency::BRL, Currency::GBP, Currency::USDC};
  std::mt19937_64 random(20'251'120);
  const auto draw = [&random](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  const auto draw_wide = [&](int max_digits) {
    std::int64_t bound = 1;
    for (auto digits = draw(0, max_digits); digits > 0; --digits) bound *= 10;
    return draw(1, bound);
  };
  int priced = 0;
  for (int round = 0; round < 100'000; ++round) {
    const Money amount{draw_wide(9), kDrawn[static_cast<std::size_t>(draw(0, 5))]};
    const Currency to = kDrawn[static_cast<std::size_t>(draw(0, 5))];
    const Rate rate = *Rate::from_scaled(draw_wide(11));
    const auto fees = fees_of(amount, platform_schedule(kTiers, amount),
                              {draw(0, 500'000'000), draw(0, 100'000'000)}, kOfframp);
    ASSERT_TRUE(fees);
    ASSERT_EQ(fees->total.minor, fees->platform.minor + fees->onramp.minor + fees->offramp.minor);
    const auto payout = payout_of(amount, fees->total, rate, to);
    if (!payout) {
      ASSERT_TRUE(payout.error().code == kAmountTooSmall ||
                  payout.error().code == kAmountOutOfRange);
      continue;
    }
    ++priced;
    ASSERT_EQ(fees->total.minor + payout->source_cost.minor + payout->rounding.minor, amount.minor);
    ASSERT_GE(fees->platform.minor, 0);
    ASSERT_GE(fees->onramp.minor, 0);
    ASSERT_GE(fees->offramp.minor, 0);
    ASSERT_GT(payout->source_cost.minor, 0);
    ASSERT_GE(payout->rounding.minor, 0);
    ASSERT_GT(payout->guaranteed.minor, 0);
    ASSERT_EQ(payout->source_cost.currency, amount.currency);
    ASSERT_EQ(payout->guaranteed.currency, to);
    // floor(net × rate × 10^to / 10^from / 10^8), checked against its definition.
    Wide above = Wide{amount.minor - fees->total.minor} * rate.scaled();
    Wide below = 100'000'000;
    for (int i = 0; i < minor_digits(to); ++i) above *= 10;
    for (int i = 0; i < minor_digits(amount.currency); ++i) below *= 10;
    ASSERT_TRUE(Wide{payout->guaranteed.minor} * below <= above);
    ASSERT_TRUE(Wide{payout->guaranteed.minor + 1} * below > above);
    // The cost really buys the payout, and one minor unit less would not.
    ASSERT_GE(convert_floor(payout->source_cost, rate, to)->minor, payout->guaranteed.minor);
    const Money less{payout->source_cost.minor - 1, amount.currency};
    ASSERT_LT(convert_floor(less, rate, to)->minor, payout->guaranteed.minor);
  }
  EXPECT_GT(priced, 30'000);
}

}  // namespace
}  // namespace remit::quotes
