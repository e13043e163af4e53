#include "remit/sandbox/processor_limits.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

TEST(HealthTurns, OneNowTwoHeldTheRestRefused) {
  HealthTurns turns;
  EXPECT_EQ(turns.admit(100s), Duration(0));
  EXPECT_EQ(turns.admit(101s), Duration(4s));
  EXPECT_EQ(turns.admit(102s), Duration(8s));
  EXPECT_EQ(turns.admit(103s), std::nullopt);
  EXPECT_EQ(turns.admit(105s), Duration(10s)) << "the first that was held has had its turn";
  EXPECT_EQ(turns.admit(105s), std::nullopt);
  EXPECT_EQ(turns.admit(200s), Duration(0));
}

TEST(HealthTurns, APollEveryFiveSecondsIsNeverHeld) {
  HealthTurns turns;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(turns.admit(i * 5s), Duration(0));
}

class PaymentSlotsTest : public ::testing::Test {
 protected:
  std::shared_ptr<int> acquire() {
    auto outcome = std::make_shared<int>(-1);
    boost::asio::co_spawn(loop_, slots_.acquire(),
                          [outcome](std::exception_ptr, bool got) { *outcome = got ? 1 : 0; });
    poll();
    return outcome;
  }

  void poll() {
    loop_.restart();
    loop_.poll();
  }

  boost::asio::io_context loop_{1};
  test::ManualClock clock_{Timestamp()};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  PaymentSlots slots_{alarms_};
};

TEST_F(PaymentSlotsTest, QueuesInOrderAndRefusesBeyondTheQueue) {
  for (std::size_t i = 0; i < PaymentSlots::kMaxRunning; ++i) EXPECT_EQ(*acquire(), 1);
  std::vector<std::shared_ptr<int>> queued;
  for (std::size_t i = 0; i < PaymentSlots::kMaxQueued; ++i) queued.push_back(acquire());
  EXPECT_EQ(*queued.front(), -1);
  EXPECT_EQ(*acquire(), 0);

  slots_.release();
  poll();
  EXPECT_EQ(*queued[0], 1);
  EXPECT_EQ(*queued[1], -1);
  EXPECT_EQ(slots_.running(), PaymentSlots::kMaxRunning);
  EXPECT_EQ(slots_.queued(), PaymentSlots::kMaxQueued - 1);

  for (std::size_t i = 1; i < PaymentSlots::kMaxQueued; ++i) slots_.release();
  poll();
  EXPECT_EQ(*queued.back(), 1);
  for (std::size_t i = 0; i < PaymentSlots::kMaxRunning; ++i) slots_.release();
  EXPECT_EQ(slots_.running(), 0U);
}

}  // namespace
}  // namespace remit::sandbox
