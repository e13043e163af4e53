#include "remit/routing/breaker.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace remit::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

config::BreakerConfig settings() {
  config::BreakerConfig settings;
  settings.window = seconds(10);
  settings.min_calls = 4;
  settings.failure_rate_millionths = 500'000;
  settings.open_for = seconds(5);
  settings.half_open_calls = 2;
  return settings;
}

/// One input of the machine and the state expected after it.
struct Step {
  enum class Input { ok, fails, wait, force_open, force_closed, automatic };
  Input input;
  milliseconds wait{0};
  BreakerState expected = BreakerState::closed;
};

struct Scenario {
  std::string name;
  std::vector<Step> steps;
};

constexpr Step ok(BreakerState after) { return {Step::Input::ok, milliseconds(0), after}; }
constexpr Step fails(BreakerState after) { return {Step::Input::fails, milliseconds(0), after}; }
constexpr Step wait(milliseconds time, BreakerState after) {
  return {Step::Input::wait, time, after};
}
constexpr Step force(Step::Input input, BreakerState after) {
  return {input, milliseconds(0), after};
}

class BreakerTable : public testing::TestWithParam<Scenario> {};

TEST_P(BreakerTable, FollowsTheTransitions) {
  Duration now = seconds(1000);
  Breaker breaker(settings(), now);
  int step_number = 0;
  for (const Step& step : GetParam().steps) {
    SCOPED_TRACE("step " + std::to_string(step_number++));
    switch (step.input) {
      case Step::Input::ok:
      case Step::Input::fails: {
        const auto pass = breaker.begin(now);
        ASSERT_TRUE(pass.has_value());
        breaker.finish(*pass, step.input == Step::Input::ok, now);
        break;
      }
      case Step::Input::wait:
        now += step.wait;
        break;
      case Step::Input::force_open:
        breaker.force(CircuitOverride::open, now);
        break;
      case Step::Input::force_closed:
        breaker.force(CircuitOverride::closed, now);
        break;
      case Step::Input::automatic:
        breaker.force(CircuitOverride::automatic, now);
        break;
    }
    EXPECT_EQ(to_string(breaker.state(now)), to_string(step.expected));
    if (step.expected == BreakerState::open) {
      EXPECT_FALSE(breaker.begin(now));
    }
  }
}

constexpr auto kClosed = BreakerState::closed;
constexpr auto kOpen = BreakerState::open;
constexpr auto kHalfOpen = BreakerState::half_open;

INSTANTIATE_TEST_SUITE_P(
    Transitions, BreakerTable,
    testing::Values(
        Scenario{"FewFailuresDoNotOpen", {fails(kClosed), fails(kClosed), fails(kClosed)}},
        Scenario{"HalfOfEnoughCallsOpens",
                 {ok(kClosed), fails(kClosed), ok(kClosed), fails(kOpen)}},
        Scenario{"BelowTheRateStaysClosed",
                 {ok(kClosed), ok(kClosed), ok(kClosed), fails(kClosed), ok(kClosed)}},
        Scenario{"OldFailuresAreForgotten",
                 {fails(kClosed), fails(kClosed), fails(kClosed), wait(seconds(11), kClosed),
                  fails(kClosed), ok(kClosed), ok(kClosed)}},
        Scenario{
            "FailuresWithinTheWindowAddUp",
            {fails(kClosed), wait(seconds(3), kClosed), fails(kClosed), wait(seconds(3), kClosed),
             fails(kClosed), wait(seconds(2), kClosed), fails(kOpen)}},
        Scenario{"OpensForItsTimeThenTries",
                 {fails(kClosed), fails(kClosed), fails(kClosed), fails(kOpen),
                  wait(milliseconds(4999), kOpen), wait(milliseconds(1), kHalfOpen)}},
        Scenario{"AllTrialsPassingCloses",
                 {fails(kClosed), fails(kClosed), fails(kClosed), fails(kOpen),
                  wait(seconds(5), kHalfOpen), ok(kHalfOpen), ok(kClosed), fails(kClosed)}},
        Scenario{"OneTrialFailingOpensAgain",
                 {fails(kClosed), fails(kClosed), fails(kClosed), fails(kOpen),
                  wait(seconds(5), kHalfOpen), ok(kHalfOpen), fails(kOpen),
                  wait(milliseconds(4999), kOpen), wait(milliseconds(1), kHalfOpen)}},
        Scenario{"ForcedOpenStaysOpen",
                 {force(Step::Input::force_open, kOpen), wait(seconds(60), kOpen),
                  force(Step::Input::automatic, kHalfOpen), ok(kHalfOpen), ok(kClosed)}},
        Scenario{"ForcedClosedStaysClosed",
                 {force(Step::Input::force_closed, kClosed), fails(kClosed), fails(kClosed),
                  fails(kClosed), fails(kClosed), fails(kClosed),
                  force(Step::Input::automatic, kClosed), fails(kOpen)}},
        Scenario{"ForcedClosedOutOfOpen",
                 {fails(kClosed), fails(kClosed), fails(kClosed), fails(kOpen),
                  force(Step::Input::force_closed, kClosed), ok(kClosed)}}),
    [](const auto& scenario) { return scenario.param.name; });

void open(Breaker& breaker, Duration now) {
  for (int i = 0; i < 4; ++i) breaker.finish(*breaker.begin(now), false, now);
  ASSERT_EQ(breaker.state(now), BreakerState::open);
}

TEST(Breaker, LetsOnlySoManyTrialsThrough) {
  Duration now = seconds(1);
  Breaker breaker(settings(), now);
  open(breaker, now);
  now += seconds(5);
  const auto first = breaker.begin(now);
  const auto second = breaker.begin(now);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(breaker.allow(now));
  EXPECT_FALSE(breaker.begin(now));
  breaker.finish(*first, true, now);
  EXPECT_FALSE(breaker.begin(now)) << "trials are counted in all, not at a time";
  breaker.finish(*second, true, now);
  EXPECT_EQ(breaker.state(now), BreakerState::closed);
}

TEST(Breaker, IgnoresTheOutcomeOfCallsBegunBeforeTheState) {
  Duration now = seconds(1);
  Breaker breaker(settings(), now);
  const auto late = breaker.begin(now);
  const auto later = breaker.begin(now);
  open(breaker, now);
  now += seconds(5);
  ASSERT_EQ(breaker.state(now), BreakerState::half_open);
  breaker.finish(*late, false, now);
  EXPECT_EQ(breaker.state(now), BreakerState::half_open);
  breaker.finish(*later, true, now);
  ASSERT_TRUE(breaker.begin(now));
  EXPECT_TRUE(breaker.begin(now)) << "a call of another time is no trial";
}

TEST(Breaker, TellsSinceWhenAndForHowLong) {
  Duration now = seconds(1);
  Breaker breaker(settings(), now);
  EXPECT_EQ(breaker.state_since(now), seconds(1));
  EXPECT_EQ(breaker.time_to_half_open(now), Duration{0});
  now = seconds(3);
  open(breaker, now);
  now = seconds(4);
  EXPECT_EQ(breaker.state_since(now), seconds(3));
  EXPECT_EQ(breaker.time_to_half_open(now), seconds(4));
  EXPECT_EQ(breaker.failure_rate_millionths(now), 1'000'000);
  now = seconds(20);
  EXPECT_EQ(breaker.state_since(now), seconds(8));
  EXPECT_EQ(breaker.time_to_half_open(now), Duration{0});
  EXPECT_EQ(breaker.failure_rate_millionths(now), 0);
}

}  // namespace
}  // namespace remit::routing
