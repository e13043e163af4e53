#include "remit/webhooks/verdict.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace remit::webhooks {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<Duration> kSchedule = {seconds(0), seconds(10), minutes(5)};

Attempt answered(int status) {
  Attempt attempt;
  attempt.status = status;
  return attempt;
}

Verdict judged(const Attempt& attempt, std::int64_t attempts = 0) {
  return judge(attempt, attempts, kSchedule, *Uuid::parse("00640000-0000-4000-8000-000000000000"));
}

TEST(Verdict, OnlyA2xxIsASuccess) {
  for (const int status : {200, 201, 202, 204, 299}) {
    EXPECT_EQ(judged(answered(status)).state, DeliveryState::delivered) << status;
  }
  for (const int status : {0, 101, 301, 302, 307, 400, 404, 408, 429, 500, 503}) {
    const Verdict verdict = judged(answered(status));
    EXPECT_EQ(verdict.state, DeliveryState::pending) << status;
    EXPECT_EQ(verdict.pause, seconds(10)) << status;
    EXPECT_FALSE(verdict.is_gone);
  }
}

TEST(Verdict, PausesFollowTheScheduleToItsEnd) {
  EXPECT_EQ(judged(answered(500), 0).pause, seconds(10));
  EXPECT_EQ(judged(answered(500), 1).pause, seconds(290));
  EXPECT_EQ(judged(answered(500), 2).state, DeliveryState::dead_lettered);
  EXPECT_EQ(judged(answered(500), 9).state, DeliveryState::dead_lettered);
  EXPECT_EQ(judged(answered(200), 2).state, DeliveryState::delivered) << "the last one counts";
}

TEST(Verdict, AnEndpointMayAskForALaterAttempt) {
  Attempt busy = answered(503);
  busy.retry_after = minutes(2);
  EXPECT_EQ(judged(busy).pause, minutes(2));
  busy.retry_after = minutes(200);
  EXPECT_EQ(judged(busy).pause, seconds(290)) << "no later than the longest pause";
}

TEST(Verdict, AnEndpointThatIsGoneWantsNothingMore) {
  const Verdict verdict = judged(answered(410));
  EXPECT_TRUE(verdict.is_gone);
  EXPECT_EQ(verdict.state, DeliveryState::dead_lettered);
}

}  // namespace
}  // namespace remit::webhooks
