// Waiting for a cheaper provider until a time of the day: who waits, who does not any more, and by
// which clock.
#include <gtest/gtest.h>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

/// The cheap one takes no calls, the dear one does; what is accepted has to be made within a
/// minute from kStart.
class RunnerPatienceTest : public RunnerTest {
 protected:
  RunnerPatienceTest() : RunnerTest({priced("a", 5), priced("b", 15)}) {
    set_circuit("a", routing::CircuitOverride::open);
    settings_.policy.cost_deadline.cut_off = minutes(1);
    provider_.answers = {settled()};
    add(1);
  }

  void pass_until_just_before_the_cut_off() {
    while (clock_.monotonic() + settings_.idle_interval < minutes(1)) pass(settings_.idle_interval);
  }
  void set_circuit(std::string_view name, routing::CircuitOverride wanted) {
    book_.set_circuit(ProviderKind::processor, name, wanted);
  }
  /// The first choice fell on a provider that failed it; due again now.
  FakeSagas::Row& tried(std::uint8_t number) {
    add(number);
    ++row(number).saga.version;
    return row(number);
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

TEST_F(RunnerPatienceTest, AWallClockThatIsAheadMissesNoCutOff) {
  clock_.jump(std::chrono::hours(2));
  start();
  pass_until_just_before_the_cut_off();
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

TEST_F(RunnerPatienceTest, AWallClockThatIsAheadMakesNoneEarly) {
  clock_.jump(milliseconds(59'800));
  start();
  settle();
  EXPECT_EQ(journal_, Journal{});
  stop();
}

TEST_F(RunnerPatienceTest, AnOverdueChargeIsMadeAsSoonAsAProviderTakesCalls) {
  set_circuit("b", routing::CircuitOverride::open);
  start();
  pass(minutes(2));
  EXPECT_EQ(journal_, Journal{}) << "nobody takes calls";
  set_circuit("b", routing::CircuitOverride::closed);
  pass(settings_.idle_interval);
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(row().saga.legs[0].provider, "b");
  stop();
}

TEST_F(RunnerPatienceTest, AnOverdueChargeIsNotHeldBackByItsRest) {
  set_circuit("b", routing::CircuitOverride::open);
  start();
  pass(minutes(2));
  tried(2).due = clock_.monotonic() + seconds(1);
  pass(seconds(1));
  set_circuit("b", routing::CircuitOverride::closed);
  pass(settings_.idle_interval);
  EXPECT_EQ(row(2).saga.status, kCompleted);
  stop();
}

TEST_F(RunnerPatienceTest, AChargeThatTheCheaperOneRefusedDoesNotWaitForIt) {
  tried(2).saga.legs[0].refused_by = {"a"};
  start();
  pass(settings_.idle_interval);
  EXPECT_EQ(row(2).saga.status, kCompleted);
  EXPECT_EQ(row(1).saga.status, kPending) << "the others wait";
  stop();
}

TEST_F(RunnerPatienceTest, ATimeThatWasNotToldIsNoTime) {
  store_.tells_time = false;
  start();
  pass(minutes(2));
  EXPECT_EQ(row().saga.status, kPending) << "it cannot be known whether it is time";
  store_.tells_time = true;
  pass(settings_.idle_interval);
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

/// The cheap one for large amounts takes no calls; for small ones the other is the cheap one.
class RunnerAmountsTest : public RunnerTest {
 protected:
  RunnerAmountsTest() : RunnerTest({priced("fixed", 1, 10), priced("flat", 2, 0)}) {
    book_.set_circuit(ProviderKind::processor, "fixed", routing::CircuitOverride::open);
    settings_.policy.cost_deadline.deadline = minutes(30);
    provider_.answers = {settled()};
  }
  void add_of(std::uint8_t number, std::int64_t minor) {
    add(number);
    Saga& saga = row(number).saga;
    saga.amount.minor = minor;
    saga.legs = kOneLegPlan.initial_legs(saga);
  }

 private:
  static config::ProviderConfig priced(std::string name, std::int64_t percent,
                                       std::int64_t fixed_hundredths) {
    config::ProviderConfig provider = processor(std::move(name));
    provider.fee = {.percent_scaled = percent * 100'000'000,
                    .fixed_scaled = fixed_hundredths * 1'000'000};
    return provider;
  }
};

TEST_F(RunnerAmountsTest, ASmallPaymentDoesNotWaitWithTheLargeOnes) {
  add_of(1, 100'000);
  add_of(2, 500);
  add_of(3, 200'000);
  start();
  settle();
  EXPECT_EQ(row(2).saga.status, kCompleted) << "its cheapest provider is up";
  EXPECT_EQ(row(2).saga.legs[0].provider, "flat");
  EXPECT_EQ(row(1).saga.version, 0) << "not even claimed";
  EXPECT_EQ(row(3).saga.version, 0);
  pass(minutes(20));
  EXPECT_EQ(row(1).saga.status, kCompleted) << "it has waited long enough";
  EXPECT_EQ(row(3).saga.status, kCompleted);
  stop();
}

}  // namespace
}  // namespace remit::engine
