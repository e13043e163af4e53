// Waiting for a cheaper provider until a time of the day, with a wall clock that is wrong.
#include <gtest/gtest.h>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

/// The cheap one takes no calls, the dear one does; what is accepted has to be made within a
/// minute from kStart.
class RunnerPatienceTest : public RunnerTest {
 protected:
  RunnerPatienceTest() : RunnerTest({priced("a", 5), priced("b", 15)}) {
    book_.set_circuit(config::ProviderKind::processor, "a", routing::CircuitOverride::open);
    settings_.policy.patience.cut_off = minutes(1);
    provider_.answers = {settled()};
    add(1);
  }

  void pass_until_just_before_the_cut_off() {
    while (clock_.monotonic() + settings_.idle_interval < minutes(1)) pass(settings_.idle_interval);
  }

 private:
  static config::ProviderConfig priced(std::string name, std::int64_t percent) {
    config::ProviderConfig provider = processor(std::move(name));
    provider.fee.percent_scaled = percent * 100'000'000;
    return provider;
  }
};

TEST_F(RunnerPatienceTest, AQueueIsLeftAloneUntilItIsTime) {
  start();
  settle();
  EXPECT_EQ(journal_, Journal{}) << "not even claimed";
  pass_until_just_before_the_cut_off();
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

TEST_F(RunnerPatienceTest, AWallClockThatIsAheadLetsNobodyMissTheCutOff) {
  clock_.jump(std::chrono::hours(2));
  start();
  pass_until_just_before_the_cut_off();
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

TEST_F(RunnerPatienceTest, AWallClockThatIsAheadLetsNobodyGoEarly) {
  clock_.jump(milliseconds(59'800));
  start();
  settle();
  EXPECT_EQ(journal_, Journal{});
  stop();
}

}  // namespace
}  // namespace remit::engine
