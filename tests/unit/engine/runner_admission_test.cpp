// Who gets a permit: charges begun where they are accepted, those that wait, and nobody new while
// the process is saturated. The rules themselves are tested with load::AdmissionControl.
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

using RunnerAdmissionTest = RunnerTest;

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
    EXPECT_FALSE(runner.try_admit(new_saga(kOneLegPlan, id_of(5)))) << "no room";
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
  EXPECT_FALSE(runner.try_admit(new_saga(kOneLegPlan, id_of(4)))) << "nobody has looked so far";
  settle();
  EXPECT_TRUE(runner.try_admit(new_saga(kOneLegPlan, id_of(4))))
      << "a claim found that nobody waits";
  admitted.clear();
  stop();
}

TEST_F(RunnerAdmissionTest, AdmitsNothingWhileSaturated) {
  load_.now = load::Load::saturated;
  Runner& runner = start();
  settle();
  EXPECT_FALSE(runner.try_admit(new_saga(kOneLegPlan, id_of(1))));
  EXPECT_EQ(runner.active(), 0);
  load_.now = load::Load::idle;
  EXPECT_TRUE(runner.try_admit(new_saga(kOneLegPlan, id_of(1))));
  stop();
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
