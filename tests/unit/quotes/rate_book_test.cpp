#include "remit/quotes/rate_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include "fake_rate_source.hpp"
#include "remit/quotes/quote.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace remit::quotes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RateBookTest : public testing::Test {
 protected:
  RateBookTest() {
    low_.set(Currency::USD, Currency::EUR, "0.91");
    high_.set(Currency::USD, Currency::EUR, "0.92");
  }
  Result<BestRate> best(Currency from = Currency::USD, Currency to = Currency::EUR) {
    return remit::test::run(context_, book_.best(from, to));
  }

  boost::asio::io_context context_;
  remit::test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  test::FakeRateSource low_{context_.get_executor(), "low", clock_};
  test::FakeRateSource high_{context_.get_executor(), "high", clock_};
  AsioAlarmFactory alarms_{context_.get_executor()};
  RateBook book_{
      context_.get_executor(), {&low_, &high_}, {.timeout = milliseconds(50)}, clock_, alarms_};
};

TEST_F(RateBookTest, TheHighestRateWins) {
  const auto rate = best();
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->rate.to_string(), "0.92");
  EXPECT_EQ(rate->source, "high");
}

TEST_F(RateBookTest, AStaleRateIsLeftOut) {
  high_.age = seconds(61);
  EXPECT_EQ(best()->source, "low");
}

TEST_F(RateBookTest, ARateOfExactlyTheLimitIsTaken) {
  high_.age = seconds(60);
  EXPECT_EQ(best()->source, "high");
}

TEST_F(RateBookTest, ARateFromTheFutureIsLeftOut) {
  high_.age = -seconds(11);
  EXPECT_EQ(best()->source, "low");
}

TEST_F(RateBookTest, AFailingSourceIsLeftOut) {
  high_.forget();
  EXPECT_EQ(best()->source, "low");
}

NamedReading said(std::string source, std::int64_t scaled, Duration age = {}) {
  constexpr Timestamp kNow{std::chrono::days(20'000)};
  return {std::move(source), providers::RateReading{*Rate::from_scaled(scaled), kNow - age}};
}

JudgedRates judged(const std::vector<NamedReading>& readings) {
  return judge(readings, Timestamp(std::chrono::days(20'000)), seconds(60));
}

using Names = std::vector<std::string>;

TEST(RateOutliers, OneOfThreeThatIsFarOffTheMedianIsLeftOut) {
  const std::vector<NamedReading> high{said("a", 100), said("b", 101), said("c", 106)};
  EXPECT_EQ(judged(high).outliers, Names{}) << "4.9 % are not 5 %";
  const std::vector<NamedReading> higher{said("a", 100), said("b", 101), said("c", 107)};
  EXPECT_EQ(judged(higher).outliers, Names{"c"});
  EXPECT_EQ(judged(higher).best->source, "b");
  const std::vector<NamedReading> low{said("a", 90), said("b", 100), said("c", 101)};
  EXPECT_EQ(judged(low).outliers, Names{"a"});
  EXPECT_EQ(judged(low).best->source, "c");
}

TEST(RateOutliers, TwoAloneCannotSayWhoIsWrong) {
  EXPECT_EQ(judged({said("a", 100), said("b", 200)}).best->source, "b");
  const std::vector<NamedReading> stale{said("a", 100), said("b", 200),
                                        said("c", 100, seconds(61))};
  EXPECT_EQ(judged(stale).best->source, "b") << "only what is current counts";
  EXPECT_EQ(judged({}).best.has_value(), false);
}

// Sources that are left are near the median, and there is always one.
TEST(RateOutliers, ASourceNearTheMedianIsAlwaysLeft) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<NamedReading> readings;
    const std::size_t count = 3 + random() % 5;
    const std::int64_t scale = round % 10 == 0 ? std::numeric_limits<std::int64_t>::max() : 1'000;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t rate =
          1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(scale - 1));
      readings.push_back(said("s" + std::to_string(i), rate));
    }
    const JudgedRates result = judged(readings);
    ASSERT_TRUE(result.best);
    EXPECT_LT(result.outliers.size(), count);
    EXPECT_EQ(std::ranges::count(result.outliers, result.best->source), 0);
    std::vector<std::int64_t> sorted;
    for (const NamedReading& one : readings) sorted.push_back(one.reading->rate.scaled());
    std::ranges::sort(sorted);
    const long double median = static_cast<long double>(sorted[(count - 1) / 2]);
    EXPECT_LT(static_cast<long double>(result.best->rate.scaled()), median * 1.05L);
    EXPECT_GE(static_cast<long double>(result.best->rate.scaled()), median);
  }
}

TEST_F(RateBookTest, NoneLeftIsAProblem) {
  high_.forget();
  low_.age = seconds(61);
  const auto rate = best();
  ASSERT_FALSE(rate);
  EXPECT_EQ(rate.error().code, kRatesUnavailable);
  low_.age = seconds(0);
  EXPECT_TRUE(best()) << "a failure is not kept";
}

TEST_F(RateBookTest, NoSourcesIsAProblem) {
  RateBook empty(context_.get_executor(), {}, {}, clock_, alarms_);
  const auto rate = remit::test::run(context_, empty.best(Currency::USD, Currency::EUR));
  ASSERT_FALSE(rate);
  EXPECT_EQ(rate.error().code, kRatesUnavailable);
}

TEST_F(RateBookTest, EqualCurrenciesNeedNoSource) {
  const auto rate = best(Currency::JPY, Currency::JPY);
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->rate.to_string(), "1");
  EXPECT_EQ(rate->source, "identity");
  EXPECT_EQ(low_.asked, 0);
}

TEST_F(RateBookTest, KeepsARateForASecond) {
  ASSERT_TRUE(best());
  high_.set(Currency::USD, Currency::EUR, "0.95");
  clock_.advance(milliseconds(999));
  EXPECT_EQ(best()->rate.to_string(), "0.92");
  EXPECT_EQ(high_.asked, 1);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(best()->rate.to_string(), "0.95");
  EXPECT_EQ(high_.asked, 2);
}

TEST_F(RateBookTest, ManyWhoWaitAskOnce) {
  low_.is_held = true;
  book_.prefetch(Currency::USD, Currency::EUR);
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(context_, book_.best(Currency::USD, Currency::EUR),
                          [&](std::exception_ptr, Result<BestRate> rate) {
                            ASSERT_TRUE(rate);
                            EXPECT_EQ(rate->source, "high");
                            ++answered;
                          });
  }
  remit::test::run_until(context_, [&] { return low_.asked == 1 && high_.asked == 1; });
  EXPECT_EQ(answered, 0);
  low_.release();
  remit::test::run_until(context_, [&] { return answered == 5; });
  EXPECT_EQ(low_.asked, 1);
  EXPECT_EQ(high_.asked, 1);
}

TEST_F(RateBookTest, ASilentSourceIsNotWaitedForBeyondTheTimeout) {
  high_.is_held = true;
  EXPECT_EQ(best()->source, "low");
  high_.release();
  context_.restart();
  context_.poll();
}

TEST_F(RateBookTest, ClosingAnswersAllWaiters) {
  low_.is_held = true;
  high_.is_held = true;
  bool refused = false;
  boost::asio::co_spawn(context_, book_.best(Currency::USD, Currency::EUR),
                        [&](std::exception_ptr, Result<BestRate> rate) { refused = !rate; });
  remit::test::run_until(context_, [&] { return high_.asked == 1; });
  book_.close();
  remit::test::run_until(context_, [&] { return refused; });
  EXPECT_FALSE(best());
  low_.release();
  high_.release();
  context_.poll();
}

}  // namespace
}  // namespace remit::quotes
