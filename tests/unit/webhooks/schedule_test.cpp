#include "remit/webhooks/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace remit::webhooks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<Duration> kSchedule = {seconds(0), seconds(5), minutes(5), minutes(30)};

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

/// The longest and the shortest that chance makes of a pause.
Uuid shortest() { return *Uuid::parse("00000000-0000-4000-8000-000000000000"); }
Uuid longest() { return *Uuid::parse("00c80000-0000-4000-8000-000000000000"); }

TEST(Schedule, PausesAreItsDifferencesGiveOrTakeATenth) {
  EXPECT_EQ(pause_before_next(kSchedule, 1, {}, shortest()), std::chrono::milliseconds(4'500));
  EXPECT_EQ(pause_before_next(kSchedule, 1, {}, longest()), std::chrono::milliseconds(5'500));
  EXPECT_EQ(pause_before_next(kSchedule, 2, {}, shortest()), std::chrono::milliseconds(265'500));
  EXPECT_EQ(pause_before_next(kSchedule, 3, {}, longest()), std::chrono::milliseconds(1'650'000));
  SeededUuidSource chance(1);
  for (int i = 0; i < 1'000; ++i) {
    const auto pause = pause_before_next(kSchedule, 3, {}, chance.next());
    EXPECT_GE(pause, Duration(minutes(25)) * 9 / 10);
    EXPECT_LE(pause, Duration(minutes(25)) * 11 / 10);
  }
}

TEST(Schedule, EndsWithItsLastAttempt) {
  EXPECT_FALSE(pause_before_next(kSchedule, 4, {}, shortest()));
  EXPECT_FALSE(pause_before_next(kSchedule, 5, seconds(1), shortest()));
  EXPECT_FALSE(pause_before_next({}, 1, {}, shortest()));
}

TEST(Schedule, TheEndpointMakesPausesLongerNeverShorter) {
  EXPECT_EQ(pause_before_next(kSchedule, 1, minutes(2), shortest()), minutes(2));
  EXPECT_EQ(pause_before_next(kSchedule, 2, seconds(1), shortest()),
            std::chrono::milliseconds(265'500));
}

TEST(Schedule, AnEndpointPostponesNoAttemptBeyondTheLongestPauseOfTheSchedule) {
  EXPECT_EQ(pause_before_next(kSchedule, 1, hours(1'000), shortest()), minutes(25));
  const std::vector<Duration> days = {seconds(0), hours(24 * 7)};
  EXPECT_EQ(pause_before_next(days, 1, hours(1'000), shortest()), Duration(hours(24 * 7)) * 9 / 10);
  const std::vector<Duration> slow = {seconds(0), seconds(1), hours(24 * 7)};
  EXPECT_EQ(pause_before_next(slow, 1, hours(1'000), shortest()), kLongestRetryAfter);
}

TEST(Schedule, WithoutOrderPausesNotAtAll) {
  EXPECT_EQ(pause_before_next(std::vector<Duration>{seconds(5), seconds(1)}, 1, {}, longest()),
            Duration::zero());
}

TEST(RetryAfter, IsInSecondsOrADate) {
  const Timestamp now = at("1994-11-06T08:49:00Z");
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(37));
}

TEST(RetryAfter, IsBounded) {
  const Timestamp now = at("1994-11-06T08:50:00Z");
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(0)) << "it is past";
  EXPECT_EQ(parse_retry_after("86401", now), kLongestRetryAfter);
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), kLongestRetryAfter);
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), kLongestRetryAfter);
}

TEST(RetryAfter, IsNoneWhenItCannotBeRead) {
  const Timestamp now = at("1994-11-06T08:49:00Z");
  for (const char* text : {"", "-1", "+1", "1.5", " 1", "soon", "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Now 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 6  Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_retry_after(text, now)) << text;
  }
}

}  // namespace
}  // namespace remit::webhooks
