#include "remit/routing/cost_deadline_policy.hpp"

#include <gtest/gtest.h>

namespace remit::routing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp kMidnight = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
constexpr Timestamp kNoon = kMidnight + hours(12);

TEST(CostDeadlinePolicy, WithoutADeadlineNothingWaits) {
  const CostDeadlinePolicy none;
  EXPECT_TRUE(none.is_none());
  EXPECT_EQ(none.due(kNoon, kNoon), std::nullopt);
  EXPECT_EQ(none.time_to_wait(kNoon, kNoon, Duration{0}), Duration{0});
  EXPECT_EQ(none.patient_until_age(kNoon, Duration{0}), Duration{0});
}

TEST(CostDeadlinePolicy, WaitsForTwoThirdsOfTheTimeThereIs) {
  const CostDeadlinePolicy patience{.deadline = seconds(30)};
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon, milliseconds(10)), seconds(20));
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon + seconds(19), milliseconds(10)), seconds(1));
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon + seconds(20), milliseconds(10)), Duration{0});
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon + minutes(5), milliseconds(10)), Duration{0})
      << "too late is no reason to wait any longer";
}

TEST(CostDeadlinePolicy, LeavesTheTimeThatASlowProviderNeeds) {
  const CostDeadlinePolicy patience{.deadline = seconds(30)};
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon, seconds(5)), milliseconds(14'500));
  EXPECT_EQ(patience.time_to_wait(kNoon, kNoon, seconds(20)), Duration{0});
}

TEST(CostDeadlinePolicy, ACallIsInTimeWhenItsAnswerIs) {
  const CostDeadlinePolicy patience{.deadline = seconds(30)};
  EXPECT_TRUE(patience.is_in_time(kNoon, kNoon + seconds(25), seconds(5)));
  EXPECT_FALSE(patience.is_in_time(kNoon, kNoon + seconds(25), milliseconds(5'001)));
  EXPECT_FALSE(patience.is_in_time(kNoon, kNoon + seconds(31), Duration{0}));
  EXPECT_TRUE(CostDeadlinePolicy{}.is_in_time(kNoon, kNoon + hours(9), hours(1)))
      << "it is never due";
}

TEST(CostDeadlinePolicy, ABudgetIsNoReasonToWait) {
  const CostDeadlinePolicy patience{.latency_budget = seconds(2)};
  EXPECT_TRUE(patience.is_none());
  EXPECT_TRUE(patience.is_within_budget(seconds(2)));
  EXPECT_FALSE(patience.is_within_budget(milliseconds(2'001)));
  EXPECT_TRUE(CostDeadlinePolicy{}.is_within_budget(hours(1))) << "there is none";
}

TEST(CostDeadlinePolicy, ACutOffIsTheFirstOneAfterAcceptance) {
  const CostDeadlinePolicy patience{.cut_off = hours(17)};
  EXPECT_EQ(patience.due(kNoon, kNoon), kMidnight + hours(17));
  EXPECT_EQ(patience.due(kNoon, kMidnight + hours(18)), kMidnight + hours(17))
      << "what missed it has no second chance";
  EXPECT_EQ(patience.due(kMidnight + hours(17), kMidnight + hours(17)), kMidnight + hours(41));
  EXPECT_EQ(patience.due(kMidnight + hours(18), kNoon), kMidnight + hours(17))
      << "it cannot have been accepted later than now";
  const CostDeadlinePolicy both{.deadline = hours(1), .cut_off = hours(17)};
  EXPECT_EQ(both.due(kNoon, kNoon), kNoon + hours(1));
  EXPECT_EQ(both.due(kMidnight + hours(16) + minutes(30), kMidnight + hours(16) + minutes(30)),
            kMidnight + hours(17));
}

TEST(CostDeadlinePolicy, AnOverdueChargeNoLongerWaits) {
  const CostDeadlinePolicy patience{.cut_off = hours(12)};
  const Duration latency = milliseconds(20);
  const Timestamp before = kNoon - minutes(10);
  for (const Duration since : {Duration{0}, Duration{seconds(1)}, Duration{hours(16)}}) {
    const Timestamp now = kNoon + since;
    EXPECT_EQ(patience.time_to_wait(before, now, latency), Duration{0}) << since;
    EXPECT_LE(patience.patient_until_age(now, latency), now - before) << since;
  }
  EXPECT_GT(patience.time_to_wait(kNoon, kNoon, latency), hours(15)) << "it has the whole day";
  EXPECT_GT(patience.patient_until_age(kNoon + minutes(1), latency), minutes(1));
}

// Those who wait for a common cut-off go on in the order of their age and in time.
TEST(CostDeadlinePolicy, AQueueBeforeACutOffIsThroughInTime) {
  const CostDeadlinePolicy patience{.cut_off = hours(13)};
  const Duration latency = milliseconds(20);
  Timestamp before = kNoon;
  for (int second = 0; second < 3'500; ++second) {
    const Timestamp created = kNoon + seconds(second);
    const Timestamp goes_on = created + patience.time_to_wait(created, created, latency);
    EXPECT_GE(goes_on, before);
    EXPECT_LE(goes_on, kNoon + hours(1) - latency * 3);
    before = goes_on;
  }
}

// A claim by age takes those, and only those, that no longer wait.
TEST(CostDeadlinePolicy, TheAgeSaysTheSameAsTheTimeLeft) {
  for (const CostDeadlinePolicy& patience :
       {CostDeadlinePolicy{.deadline = seconds(90)},
        CostDeadlinePolicy{.cut_off = hours(12) + minutes(2)},
        CostDeadlinePolicy{.deadline = seconds(60), .cut_off = hours(12) + minutes(2)},
        CostDeadlinePolicy{.cut_off = hours(12) + seconds(40)},
        CostDeadlinePolicy{.deadline = seconds(60), .cut_off = hours(12) + seconds(40)}}) {
    for (int at = 0; at < 119; ++at) {
      const Timestamp now = kNoon + seconds(at);
      const Duration age = patience.patient_until_age(now, milliseconds(50));
      for (int created = 0; created <= at; ++created) {
        const Timestamp made = kNoon + seconds(created);
        const bool waits = patience.time_to_wait(made, now, milliseconds(50)) > Duration::zero();
        EXPECT_EQ(waits, now - made < age) << "created " << created << ", now " << at;
      }
    }
  }
}

TEST(CostDeadlinePolicy, AFutureDateCountsAsNow) {
  const Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
  CostDeadlinePolicy patience;
  patience.deadline = std::chrono::minutes(30);
  const Timestamp ahead = now + std::chrono::hours(5);
  EXPECT_EQ(patience.due(ahead, now), patience.due(now, now));
  EXPECT_EQ(patience.time_to_wait(ahead, now, {}), patience.time_to_wait(now, now, {}));
}

}  // namespace
}  // namespace remit::routing
