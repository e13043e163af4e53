#include "remit/jobs/job.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <stdexcept>

#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::jobs {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class JobTest : public testing::Test {
 protected:
  ~JobTest() override {
    job_.reset();
    pass(hours(2));  // every frame ends before what it uses
  }

  Task<Rest> turn() {
    ++turns_;
    if (turn_takes_ > Duration::zero()) {
      const std::unique_ptr<Alarm> alarm = alarms_.make_alarm();
      co_await alarm->wait(turn_takes_);
    }
    if (turn_throws_) throw std::runtime_error("a defect");
    Rest rest = seconds(1);
    if (!rests_.empty()) {
      rest = rests_.front();
      rests_.pop_front();
    }
    co_return rest;
  }
  static Task<void> wait_on(std::shared_ptr<Alarm> alarm) { co_await alarm->wait(hours(1)); }

  /// Everything that can happen without time passing.
  void settle() {
    loop_.restart();
    loop_.poll();
  }
  void pass(Duration time) {
    alarms_.advance(time);
    settle();
  }
  void start() {
    job_->start();
    settle();
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp{}};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  Context context_{loop_.get_executor(), alarms_, clock_};
  std::deque<Rest> rests_;
  int turns_ = 0;
  Duration turn_takes_{0};
  bool turn_throws_ = false;
  std::unique_ptr<Job> job_ = std::make_unique<Job>(context_, "test", [this] { return turn(); });
};

TEST_F(JobTest, TakesATurnAndRests) {
  start();
  EXPECT_EQ(turns_, 1);
  pass(milliseconds(999));
  EXPECT_EQ(turns_, 1);
  pass(milliseconds(1));
  EXPECT_EQ(turns_, 2);
}

TEST_F(JobTest, RestsForAsLongAsTheTurnSays) {
  rests_ = {seconds(0), seconds(0), seconds(5)};
  start();
  EXPECT_EQ(turns_, 3) << "at once, twice";
  pass(seconds(4));
  EXPECT_EQ(turns_, 3);
  pass(seconds(1));
  EXPECT_EQ(turns_, 4);
}

TEST_F(JobTest, WakingEndsTheRest) {
  start();
  job_->wake();
  settle();
  EXPECT_EQ(turns_, 2);
}

TEST_F(JobTest, WakingDuringATurnIsRemembered) {
  turn_takes_ = milliseconds(10);
  start();
  job_->wake();
  pass(milliseconds(10));
  EXPECT_EQ(turns_, 2);
}

TEST_F(JobTest, EndsWhenTheTurnSaysSo) {
  rests_ = {std::nullopt};
  start();
  EXPECT_TRUE(job_->has_ended());
}

TEST_F(JobTest, StopEndsTheRest) {
  start();
  job_->stop();
  settle();
  EXPECT_TRUE(job_->has_ended());
  EXPECT_EQ(turns_, 1);
}

TEST_F(JobTest, StopLetsTheTurnEnd) {
  turn_takes_ = milliseconds(10);
  start();
  job_->stop();
  settle();
  EXPECT_FALSE(job_->has_ended());
  pass(milliseconds(10));
  EXPECT_TRUE(job_->has_ended());
  EXPECT_EQ(turns_, 1);
}

TEST_F(JobTest, StoppedBeforeItBeganItTakesNoTurn) {
  job_->stop();
  start();
  EXPECT_EQ(turns_, 0);
  EXPECT_TRUE(test::run(loop_, job_->ended(seconds(1))));
}

TEST_F(JobTest, WaitingForTheEndHasADeadline) {
  turn_takes_ = hours(1);
  start();
  job_->stop();
  std::optional<bool> ended;
  boost::asio::co_spawn(loop_, job_->ended(seconds(1)),
                        [&ended](std::exception_ptr, bool value) { ended = value; });
  settle();
  EXPECT_FALSE(ended);
  pass(seconds(1));
  EXPECT_EQ(ended, false);
}

TEST_F(JobTest, WorkBesideTheTurnsKeepsItFromEnding) {
  start();
  const std::shared_ptr<Alarm> alarm = alarms_.make_alarm();
  job_->spawn(wait_on(alarm));
  job_->stop();
  settle();
  EXPECT_FALSE(job_->has_ended());
  alarm->ring();
  settle();
  EXPECT_TRUE(job_->has_ended());
}

TEST_F(JobTest, ADefectEndsTheJob) {
  turn_throws_ = true;
  start();
  EXPECT_TRUE(job_->has_ended());
  pass(seconds(5));
  EXPECT_EQ(turns_, 1);
}

TEST_F(JobTest, ItsOwnerLivesUntilItHasEnded) {
  const auto owner = std::make_shared<int>(1);
  job_->start(owner);
  settle();
  EXPECT_EQ(owner.use_count(), 2);
  job_.reset();
  settle();
  EXPECT_EQ(owner.use_count(), 1) << "and a job that is gone has stopped";
  EXPECT_EQ(turns_, 1);
}

}  // namespace
}  // namespace remit::jobs
