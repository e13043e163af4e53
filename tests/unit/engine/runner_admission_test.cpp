// Who gets a permit: charges begun where they are accepted, those that wait, and nobody new while
// the process is saturated. The rules themselves are tested with load::AdmissionControl.
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

class RunnerAdmissionTest : public RunnerTest {
 protected:
  /// Accepted, stored and run; false: it was stored as due, to be claimed.
  bool accept(std::uint8_t number) {
    std::optional<Admitted> admitted = runner_->try_admit(new_saga(kOneLegPlan, id_of(number)));
    if (!admitted) return false;
    const Timestamp stored_at = kStart + clock_.monotonic();
    row_of(*admitted->first(), stored_at);
    runner_->run(std::move(*admitted), {stored_at, kFirstEpoch});
    settle();
    return true;
  }
};

TEST_F(RunnerAdmissionTest, ADroppedAdmissionGivesItsPermitBack) {
  Runner& runner = start();
  settle();
  {
    std::vector<Admitted> admitted;
    for (std::uint8_t i = 1; i <= 4; ++i) {
      auto one = runner.try_admit(new_saga(kOneLegPlan, id_of(i)));
      ASSERT_TRUE(one);
      admitted.push_back(std::move(*one));
    }
    const auto fifth = runner.try_admit(new_saga(kOneLegPlan, id_of(5)));
    ASSERT_TRUE(fifth) << "it waits for a permit";
  }
  EXPECT_EQ(runner.active(), 0);
  stop();
  EXPECT_FALSE(runner.try_admit(new_saga(kOneLegPlan, id_of(6)))) << "it has stopped";
}

TEST_F(RunnerAdmissionTest, WhileOthersMayWaitAQuarterOfThePermitsIsTheirs) {
  Runner& runner = start();
  std::vector<Admitted> admitted;
  for (std::uint8_t i = 1; i <= 3; ++i) {
    auto one = runner.try_admit(new_saga(kOneLegPlan, id_of(i)));
    ASSERT_TRUE(one);
    admitted.push_back(std::move(*one));
  }
  EXPECT_FALSE(runner.try_admit(new_saga(kOneLegPlan, id_of(4)))->take_permit())
      << "nobody has looked so far";
  settle();
  EXPECT_TRUE(runner.try_admit(new_saga(kOneLegPlan, id_of(4)))->take_permit())
      << "a claim found that nobody waits";
  admitted.clear();
  stop();
}

TEST_F(RunnerAdmissionTest, WhileSaturatedNewOnesWaitForAPermitOfTheQueue) {
  load_.now = load::Load::saturated;
  start();
  settle();
  for (std::uint8_t i = 1; i <= 6; ++i) EXPECT_TRUE(accept(i));
  EXPECT_EQ(runner_->active(), 1);
  EXPECT_EQ(runner_->waiting(), 5);
  EXPECT_EQ(count("submit"), 1);
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(count("submit"), 6) << "each begins when the one before has ended";
  EXPECT_EQ(count("claim 1"), 0) << "and nobody had to claim it";
  EXPECT_EQ(runner_->waiting(), 0);
  for (const auto& [id, row] : store_.rows) EXPECT_EQ(row.saga.status, kCompleted);
  stop();
}

TEST_F(RunnerAdmissionTest, WithoutMemoryForThemTheyAreStoredAsDue) {
  settings_.waiting_limit = 1;
  load_.now = load::Load::saturated;
  start();
  settle();
  EXPECT_TRUE(accept(1)) << "at once";
  EXPECT_TRUE(accept(2)) << "waits";
  EXPECT_FALSE(accept(3));
  provider_.answer_all(settled());
  settle();
  EXPECT_TRUE(accept(4)) << "there is room again";
  stop();
}

TEST_F(RunnerAdmissionTest, AWaitForMostOfALeaseEndsWithGivingBack) {
  load_.now = load::Load::saturated;
  start();
  settle();
  for (std::uint8_t i = 1; i <= 3; ++i) accept(i);
  pass(settings_.lease - settings_.lease / 3 + seconds(1));
  EXPECT_EQ(runner_->waiting(), 0);
  EXPECT_EQ(count("save planned"), 2);
  EXPECT_EQ(row(2).saga.legs[0].provider, "");
  EXPECT_EQ(row(3).due, clock_.monotonic());
  EXPECT_EQ(count("submit"), 1);
  provider_.answer_all(settled());
  pass(settings_.idle_interval);
  settle();
  EXPECT_EQ(count("submit"), 3) << "claimed like any other";
  stop();
}

/// As after a purge.
TEST_F(RunnerAdmissionTest, NoneThatWaitsIsBegunOnceItMayBeGone) {
  load_.now = load::Load::saturated;
  start();
  settle();
  for (std::uint8_t i = 1; i <= 4; ++i) accept(i);
  ++row(2).saga.version;  // as good as gone
  runner_->reconsider();
  settle();
  EXPECT_EQ(runner_->waiting(), 0);
  EXPECT_EQ(count("save planned"), 2);
  EXPECT_EQ(count("fenced planned"), 1);
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(std::ranges::count(provider_.operations, id_of(2), &providers::Operation::payment_id),
            0);
  EXPECT_TRUE(accept(5)) << "and those that come are begun as before";
  stop();
}

TEST_F(RunnerAdmissionTest, AStopGivesBackWhatWaits) {
  load_.now = load::Load::saturated;
  start();
  settle();
  for (std::uint8_t i = 1; i <= 3; ++i) accept(i);
  bool stopped = false;
  begin_stop(stopped);
  settle();
  EXPECT_EQ(count("save planned"), 2);
  EXPECT_FALSE(stopped) << "one is under way";
  provider_.answer_all(settled());
  settle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(count("submit"), 1);
}

TEST_F(RunnerAdmissionTest, DrainsTheQueueInSmallPortionsWhileBusy) {
  settings_.concurrency = 128;
  load_.now = load::Load::busy;
  for (std::uint8_t i = 1; i <= 40; ++i) add(i);
  Runner& runner = start();
  settle();
  EXPECT_EQ(runner.active(), 4);
  EXPECT_TRUE(runner.try_admit(new_saga(kOneLegPlan, id_of(50)))) << "new ones have their permits";
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(provider_.most_under_way, 4);
  EXPECT_EQ(count("submit"), 40) << "each portion follows the one before";
  stop();
}

TEST_F(RunnerAdmissionTest, ALongQueueGetsLargerPortions) {
  settings_.concurrency = 128;
  load_.now = load::Load::busy;
  for (std::uint8_t i = 1; i <= 200; ++i) add(i);
  Runner& runner = start();
  settle();
  EXPECT_EQ(runner.active(), 4);
  for (int i = 0; i < 8; ++i) pass(settings_.idle_interval);
  EXPECT_EQ(runner.active(), 8);
  provider_.answer_all(settled());
  settle();
  for (std::uint8_t i = 201; i <= 240; ++i) add(i);
  provider_.answers.clear();
  pass(settings_.idle_interval);
  EXPECT_EQ(runner.active(), 4) << "it was gone";
  provider_.answer_all(settled());
  stop();
}

TEST_F(RunnerAdmissionTest, WhenIdleTheQueueHasEveryPermit) {
  settings_.concurrency = 96;
  load_.now = load::Load::busy;
  for (std::uint8_t i = 1; i <= 150; ++i) add(i);
  Runner& runner = start();
  settle();
  load_.now = load::Load::idle;
  pass(settings_.idle_interval);
  EXPECT_EQ(runner.active(), 96);
  provider_.answer_all(settled());
  stop();
}

TEST_F(RunnerAdmissionTest, ClaimsAgainAsSoonAsPermitsAreFree) {
  for (std::uint8_t i = 1; i <= 20; ++i) add_polling(i);
  provider_.answers = {settled()};
  start();
  settle();
  EXPECT_EQ(count("query"), 20);
  for (const auto& [id, row] : store_.rows) EXPECT_EQ(row.saga.status, kCompleted);
  stop();
}

TEST_F(RunnerAdmissionTest, RoutedSagasLeavePermitsToQueuedOnes) {
  settings_.concurrency = 8;
  for (std::uint8_t i = 1; i <= 20; ++i) add_polling(i);
  for (std::uint8_t i = 21; i <= 40; ++i) add(i);
  start();
  settle();
  EXPECT_EQ(runner_->active(), 8);
  EXPECT_GE(count("query"), 2);
  EXPECT_GE(count("submit"), 2);
  provider_.answer_all(settled());
  stop();
}

}  // namespace
}  // namespace remit::engine
