#include "remit/wallets/batch_turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <vector>

#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::wallets {
namespace {

class BatchTurnsTest : public testing::Test {
 protected:
  /// What became of it is in `outcomes`, in the order in which it became so.
  static Task<void> ask(BatchTurnsTest* test, int number) {
    auto taken = co_await test->turns.take();
    test->outcomes.push_back(taken ? number : -number);
    if (taken) test->held.push_back(*std::move(taken));
  }
  void ask(int number) {
    boost::asio::co_spawn(context, ask(this, number), boost::asio::detached);
    context.restart();
    context.poll();
  }
  void settle() {
    context.restart();
    context.poll();
  }

  boost::asio::io_context context;
  remit::test::ManualClock clock{Timestamp{}};
  remit::test::ManualAlarms alarms{context.get_executor(), clock};
  BatchTurns turns{alarms};
  std::vector<int> outcomes;
  std::vector<BatchTurns::Turn> held;
};

TEST_F(BatchTurnsTest, OneHasTheTurnAndOthersFollowInTheirOrder) {
  for (const int number : {1, 2, 3}) ask(number);
  EXPECT_EQ(outcomes, (std::vector{1}));
  held.clear();
  settle();
  EXPECT_EQ(outcomes, (std::vector{1, 2}));
  held.clear();
  settle();
  EXPECT_EQ(outcomes, (std::vector{1, 2, 3}));
  held.clear();
  ask(4);
  EXPECT_EQ(outcomes.back(), 4) << "the turn is free again";
}

TEST_F(BatchTurnsTest, TheyWaitNoLongerThanTheyMay) {
  for (const int number : {1, 2}) ask(number);
  alarms.advance(std::chrono::seconds(10));
  settle();
  EXPECT_EQ(outcomes, (std::vector{1, -2}));
  held.clear();
  ask(3);
  EXPECT_EQ(outcomes.back(), 3) << "who has gone is not given the turn";
}

TEST_F(BatchTurnsTest, ALineOfManyIsRefused) {
  for (int number = 1; number <= 65; ++number) ask(number);
  EXPECT_EQ(outcomes, (std::vector{1}));
  ask(66);
  EXPECT_EQ(outcomes.back(), -66);
  alarms.advance(std::chrono::seconds(10));
  settle();
  EXPECT_EQ(outcomes.size(), 66U);
}

}  // namespace
}  // namespace remit::wallets
