#include "remit/base/time.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include <random>
#include <string>
#include <vector>

#include "support/manual_clock.hpp"

namespace remit {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

Timestamp at(int year, unsigned month, unsigned day, Duration time_of_day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return sys_days(date) + time_of_day;
}

TEST(Rfc3339, PrintsMillisecondsAndFinerOnlyWhenNeeded) {
  const Timestamp time = at(2026, 11, 20, 17h + 5min + 1s + 123ms);
  EXPECT_EQ(to_rfc3339(time), "2026-11-20T17:05:01.123Z");
  EXPECT_EQ(to_rfc3339(time + 4us), "2026-11-20T17:05:01.123004Z");
  EXPECT_EQ(to_rfc3339_milliseconds(time + 999us), "2026-11-20T17:05:01.123Z");
  EXPECT_EQ(to_rfc3339(Timestamp()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(Timestamp(-1us)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339_milliseconds(Timestamp(-1us)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsEveryOffsetAndFraction) {
  const Timestamp noon = at(2024, 2, 29, 12h);
  for (const char* text :
       {"2024-02-29T12:00:00Z", "2024-02-29t12:00:00z", "2024-02-29T12:00:00.000000000Z",
        "2024-02-29T14:30:00+02:30", "2024-02-28T12:01:00-23:59", "2024-02-29T12:00:00-00:00"}) {
    EXPECT_EQ(parse_timestamp(text), noon) << text;
  }
  EXPECT_EQ(parse_timestamp("2024-02-29T12:00:00.5Z"), noon + 500ms);
  EXPECT_EQ(parse_timestamp("2024-02-29T12:00:00.123456789Z"), noon + 123456us);
  EXPECT_EQ(parse_timestamp("2024-02-29T12:00:00.123456789012345Z"), noon + 123456us);
  EXPECT_EQ(parse_timestamp("0001-01-01T00:00:00Z"), at(1, 1, 1, 0us));
  EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59.999999Z"), at(9999, 12, 31, days(1) - 1us));
}

TEST(Rfc3339, DigitsBeyondMicrosecondsAreRoundedAsRequested) {
  const Timestamp noon = at(2024, 2, 29, 12h);
  const auto up = [](const char* text) { return parse_timestamp(text, Rounding::up); };
  EXPECT_EQ(up("2024-02-29T12:00:00.1234561Z"), noon + 123457us);
  EXPECT_EQ(up("2024-02-29T12:00:00.123456001Z"), noon + 123457us);
  EXPECT_EQ(up("2024-02-29T12:00:00.123456000Z"), noon + 123456us);
  EXPECT_EQ(up("2024-02-29T12:00:00.9999999Z"), noon + 1s);
  EXPECT_EQ(up("2024-02-29T12:00:00.1Z"), noon + 100ms);
  EXPECT_EQ(up("0001-01-01T00:00:00.0000001Z"), at(1, 1, 1, 1us));
  EXPECT_FALSE(up("9999-12-31T23:59:59.9999999Z")) << "past the last that can be stored";
}

TEST(Rfc3339, RefusesEverythingElse) {
  const std::vector<std::string> cases = {"",
                                          "2024",
                                          "2024-02-29",
                                          "2024-02-29T12:00Z",
                                          "2024-02-29T12:00:00",
                                          "2024-02-29 12:00:00Z",
                                          "2024-2-29T12:00:00Z",
                                          "2024-02-29T1:00:00Z",
                                          "+024-02-29T12:00:00Z",
                                          "2024-02-29T12:00:00.Z",
                                          "2024-02-29T12:00:00,5Z",
                                          "2024-02-29T12:00:00+0200",
                                          "2024-02-29T12:00:00+02",
                                          "2024-02-29T12:00:00+24:00",
                                          "2024-02-29T12:00:00+02:60",
                                          "2024-02-29T12:00:00Z ",
                                          " 2024-02-29T12:00:00Z",
                                          "2024-02-29T12:00:00ZZ",
                                          "2023-02-29T12:00:00Z",
                                          "2024-13-01T12:00:00Z",
                                          "2024-00-01T12:00:00Z",
                                          "2024-04-31T12:00:00Z",
                                          "2024-01-00T12:00:00Z",
                                          "2024-01-01T24:00:00Z",
                                          "2024-01-01T12:60:00Z",
                                          "2024-12-31T23:59:60Z",
                                          "0000-01-01T00:00:00Z",
                                          "0001-01-01T00:00:00+00:01",
                                          "9999-12-31T23:59:59-00:01",
                                          "12024-01-01T00:00:00Z",
                                          "1732122301",
                                          "now"};
  for (const std::string& text : cases) EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Rfc3339, PrintedTextIsReadBack) {
  std::mt19937_64 random(3);
  const Timestamp first = at(1, 1, 1, 0us);
  const Timestamp past_last = at(10000, 1, 1, 0us);
  const auto span = static_cast<std::uint64_t>((past_last - first).count());
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp time = first + Duration(static_cast<std::int64_t>(random() % span));
    ASSERT_EQ(parse_timestamp(to_rfc3339(time)), time);
    const Timestamp cut = truncate_to_milliseconds(time);
    ASSERT_LE(cut, time);
    ASSERT_EQ(to_rfc3339(cut), to_rfc3339_milliseconds(time));
  }
}

TEST(DurationText, IsOneNumberWithOneUnit) {
  EXPECT_EQ(parse_duration("40us"), 40us);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("0s"), 0s);
  for (const char* text : {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "1.5s", "1h30m",
                           "5d", "5min", "9999999999999h", "99999999999999999999s", "0x5s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(DurationText, IsPrintedInTheLargestWholeUnit) {
  EXPECT_EQ(to_string(Duration(30s)), "30s");
  EXPECT_EQ(to_string(Duration(200ms)), "200ms");
  EXPECT_EQ(to_string(Duration(90s)), "90s");
  EXPECT_EQ(to_string(Duration(2h)), "2h");
  EXPECT_EQ(to_string(Duration(1us)), "1us");
  EXPECT_EQ(to_string(Duration(0)), "0s");
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    const Duration duration(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
    ASSERT_EQ(parse_duration(to_string(duration)), duration);
  }
}

TEST(SystemClock, CountsWhileTheMachineIsSuspended) {
  const SystemClock clock;
  const auto boot_time = [] {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto before = boot_time();
  const Duration read = clock.monotonic();
  const auto after = boot_time();
  EXPECT_GE(read + 1us, before);
  EXPECT_LE(read, after);
}

TEST(SystemClock, TellsTheWallTime) {
  const Timestamp before =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  EXPECT_GE(SystemClock().now(), before);
}

TEST(ManualClock, JumpsOnlyTheWall) {
  test::ManualClock clock(Timestamp(10s));
  clock.advance(5s);
  clock.jump(-1h);
  EXPECT_EQ(clock.now(), Timestamp(15s - 1h));
  EXPECT_EQ(clock.monotonic(), 5s);
}

}  // namespace
}  // namespace remit
