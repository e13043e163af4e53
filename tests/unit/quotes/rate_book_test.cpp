#include "remit/quotes/rate_book.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "fake_rate_source.hpp"
#include "remit/quotes/quote.hpp"
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
  ManualClock clock_{Timestamp(std::chrono::days(20'000))};
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

TEST_F(RateBookTest, EqualCurrenciesNeedNobody) {
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

TEST_F(RateBookTest, ClosingAnswersWhoeverWaits) {
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
