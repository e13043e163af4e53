#include "remit/base/alarm.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

namespace remit {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class AsioAlarmTest : public testing::Test {
 protected:
  void start_wait(Duration delay) {
    asio::co_spawn(context_, alarm_->wait(delay), [this](std::exception_ptr error) {
      EXPECT_FALSE(error);
      ++ended_;
    });
  }

  asio::io_context context_;
  AsioAlarmFactory factory_{context_.get_executor()};
  std::unique_ptr<Alarm> alarm_ = factory_.make_alarm();
  int ended_ = 0;
};

TEST_F(AsioAlarmTest, EndsWhenTheDelayHasPassed) {
  start_wait(1ms);
  context_.run();
  EXPECT_EQ(ended_, 1);
}

TEST_F(AsioAlarmTest, EndsAtOnceForDelaysOfNothing) {
  start_wait(0s);
  context_.run();
  EXPECT_EQ(ended_, 1);
  start_wait(-1h);
  context_.restart();
  context_.run();
  EXPECT_EQ(ended_, 2);
}

TEST_F(AsioAlarmTest, IsEndedByARing) {
  start_wait(1h);
  context_.poll();
  EXPECT_EQ(ended_, 0);
  alarm_->ring();
  context_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(AsioAlarmTest, RemembersARingBeforeTheWaitOnce) {
  alarm_->ring();
  alarm_->ring();
  start_wait(1h);
  context_.poll();
  EXPECT_EQ(ended_, 1);
  start_wait(1h);
  context_.restart();
  context_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(AsioAlarmTest, ARingThatEndedAWaitIsSpent) {
  start_wait(1h);
  context_.poll();
  alarm_->ring();
  context_.poll();
  start_wait(1h);
  context_.restart();
  context_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(AsioAlarmTest, TakesTheLongestDelay) {
  start_wait(Duration::max());
  context_.poll();
  EXPECT_EQ(ended_, 0);
  alarm_->ring();
  context_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(AsioAlarmTest, ItsDestructionEndsTheWait) {
  start_wait(1h);
  context_.poll();
  alarm_.reset();
  context_.poll();
  EXPECT_EQ(ended_, 1);
}

}  // namespace
}  // namespace remit
