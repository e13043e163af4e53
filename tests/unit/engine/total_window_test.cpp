#include "remit/engine/total_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace remit::engine {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + hours(12)};

bool contains(const Stretch& stretch, Timestamp instant) {
  return (!stretch.begins || *stretch.begins <= instant) &&
         (!stretch.ends || instant < *stretch.ends);
}

bool is_multiple(const std::optional<Timestamp>& bound, std::int64_t unit) {
  return !bound || bound->time_since_epoch() % seconds(unit) == Duration(0);
}

bool holds_a_whole(std::int64_t unit, const Stretch& stretch) {
  const Duration length = seconds(unit);
  const Duration beyond = stretch.begins->time_since_epoch() % length;
  const Duration skipped = beyond == Duration(0) ? beyond : length - beyond;
  return *stretch.begins + skipped + length <= *stretch.ends;
}

TEST(TotalWindowTest, WithoutBoundsThereAreDaysAlone) {
  const TotalWindow window = cut_window({}, {});
  EXPECT_TRUE(window.sagas.empty());
  EXPECT_EQ(window.totals, (std::vector<TotalStretch>{{86'400, {}}}));
  EXPECT_EQ(window.seconds, Stretch());
}

TEST(TotalWindowTest, BothBoundsBelongToIt) {
  const TotalWindow one_instant = cut_window(kNoon, kNoon);
  EXPECT_EQ(one_instant.sagas, (std::vector<Stretch>{{kNoon, kNoon + microseconds(1)}}));
  EXPECT_TRUE(one_instant.totals.empty());
  EXPECT_FALSE(one_instant.seconds);
  const TotalWindow one_second = cut_window(kNoon, kNoon + seconds(1) - microseconds(1));
  EXPECT_TRUE(one_second.sagas.empty());
  EXPECT_EQ(one_second.totals, (std::vector<TotalStretch>{{1, {kNoon, kNoon + seconds(1)}}}));
  const TotalWindow its_beginning_too = cut_window(kNoon, kNoon + seconds(1));
  EXPECT_EQ(its_beginning_too.sagas,
            (std::vector<Stretch>{{kNoon + seconds(1), kNoon + seconds(1) + microseconds(1)}}));
  EXPECT_EQ(its_beginning_too.totals, one_second.totals);
}

TEST(TotalWindowTest, LessThanAWholeSecondIsSagasAlone) {
  for (const Timestamp from : {kNoon + milliseconds(1), kNoon + milliseconds(700)}) {
    const Timestamp to = from + milliseconds(600);
    const TotalWindow window = cut_window(from, to);
    EXPECT_EQ(window.sagas, (std::vector<Stretch>{{from, to + microseconds(1)}}));
    EXPECT_TRUE(window.totals.empty());
    EXPECT_FALSE(window.seconds);
  }
}

TEST(TotalWindowTest, ReadsTheSmallerPartOfASecondFromSagas) {
  const TotalWindow window = cut_window(kNoon + milliseconds(300), kNoon + milliseconds(1'800));
  EXPECT_TRUE(window.sagas.empty());
  EXPECT_EQ(window.surplus, (std::vector<Stretch>{
                                {kNoon, kNoon + milliseconds(300)},
                                {kNoon + milliseconds(1'800) + microseconds(1), kNoon + seconds(2)},
                            }));
  EXPECT_EQ(window.totals, (std::vector<TotalStretch>{{1, {kNoon, kNoon + seconds(2)}}}));
  EXPECT_EQ(window.seconds, (Stretch{kNoon, kNoon + seconds(2)}));
  const TotalWindow other = cut_window(kNoon + milliseconds(700), kNoon + milliseconds(2'200));
  EXPECT_EQ(other.sagas, (std::vector<Stretch>{
                             {kNoon + milliseconds(700), kNoon + seconds(1)},
                             {kNoon + seconds(2), kNoon + milliseconds(2'200) + microseconds(1)},
                         }));
  EXPECT_TRUE(other.surplus.empty());
}

TEST(TotalWindowTest, EachUnitCoversWhatTheNextLeavesOver) {
  const Timestamp from = kNoon - days(2) + minutes(58) + seconds(58) + milliseconds(999);
  const Timestamp to = kNoon + minutes(1) + seconds(1) + milliseconds(1);
  const Timestamp midnight = kNoon - hours(12);
  const TotalWindow window = cut_window(from, to);
  EXPECT_EQ(window.sagas, (std::vector<Stretch>{{from, from + milliseconds(1)},
                                                {to - milliseconds(1), to + microseconds(1)}}));
  const Timestamp second = from + milliseconds(1);
  EXPECT_EQ(window.totals, (std::vector<TotalStretch>{
                               {1, {second, second + seconds(1)}},
                               {1, {kNoon + minutes(1), kNoon + minutes(1) + seconds(1)}},
                               {60, {kNoon - days(2) + minutes(59), kNoon - days(2) + hours(1)}},
                               {60, {kNoon, kNoon + minutes(1)}},
                               {3'600, {kNoon - days(2) + hours(1), midnight - days(1)}},
                               {3'600, {midnight, kNoon}},
                               {86'400, {midnight - days(1), midnight}}}));
  EXPECT_EQ(window.seconds, (Stretch{second, kNoon + minutes(1) + seconds(1)}));
}

TEST(TotalWindowTest, OneBoundIsEnough) {
  const TotalWindow since = cut_window(kNoon + milliseconds(501), {});
  EXPECT_EQ(since.totals.back(), (TotalStretch{86'400, {kNoon + hours(12), {}}}));
  EXPECT_EQ(since.seconds, (Stretch{kNoon + seconds(1), {}}));
  const TotalWindow until = cut_window({}, kNoon + milliseconds(1));
  EXPECT_EQ(until.totals.back(), (TotalStretch{86'400, {{}, kNoon - hours(12)}}));
  EXPECT_EQ(until.seconds, (Stretch{{}, kNoon}));
}

TEST(TotalWindowTest, BeforeTheEpochSecondsBeginEarlierToo) {
  const Timestamp from{milliseconds(-1'500)};
  const TotalWindow window = cut_window(from, Timestamp{});
  EXPECT_EQ(window.sagas, (std::vector<Stretch>{{from, Timestamp(seconds(-1))},
                                                {Timestamp{}, Timestamp{microseconds(1)}}}));
  EXPECT_EQ(window.totals, (std::vector<TotalStretch>{{1, {Timestamp(seconds(-1)), Timestamp{}}}}));
  const TotalWindow longer = cut_window(from - milliseconds(1), Timestamp{});
  EXPECT_EQ(longer.surplus,
            (std::vector<Stretch>{{Timestamp(seconds(-2)), from - milliseconds(1)}}));
}

TEST(TotalWindowTest, AReversedWindowIsEmpty) {
  const TotalWindow window = cut_window(kNoon, kNoon - seconds(10));
  EXPECT_TRUE(window.sagas.empty());
  EXPECT_TRUE(window.surplus.empty());
  EXPECT_TRUE(window.totals.empty());
  EXPECT_FALSE(window.seconds);
}

TEST(TotalWindowTest, EveryInstantIsCoveredOnceAndNothingElseIs) {
  std::mt19937_64 random(5);
  const auto below = [&random](std::int64_t limit) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
  };
  constexpr Duration kUnits[] = {microseconds(1), milliseconds(1), milliseconds(500),
                                 seconds(1),      minutes(1),      hours(1),
                                 days(1)};
  const auto instant = [&] {
    Timestamp time = kNoon;
    for (const Duration unit : kUnits) {
      if (below(2) == 0) time += unit * (below(3) - 1);
    }
    return time;
  };
  for (int round = 0; round < 20'000; ++round) {
    const auto [from, to] = std::minmax({instant(), instant()});
    const TotalWindow window = cut_window(from, to);
    for (const auto& [unit, stretch] : window.totals) {
      ASSERT_TRUE(is_multiple(stretch.begins, unit) && is_multiple(stretch.ends, unit));
      ASSERT_FALSE(unit < 86'400 && holds_a_whole(unit == 3'600 ? 86'400 : unit * 60, stretch));
    }
    const Duration longest =
        window.seconds ? Duration(milliseconds(500)) : seconds(1) - microseconds(1);
    for (const auto* stretches : {&window.sagas, &window.surplus}) {
      for (const Stretch& stretch : *stretches) {
        ASSERT_LE(*stretch.ends - *stretch.begins, longest);
      }
    }
    ASSERT_LE(window.sagas.size() + window.surplus.size(), 2U);
    for (int probe = 0; probe < 20; ++probe) {
      const Timestamp at = instant();
      std::int64_t covered = std::ranges::count_if(
          window.sagas, [at](const Stretch& one) { return contains(one, at); });
      const std::int64_t in_totals = std::ranges::count_if(
          window.totals, [at](const TotalStretch& one) { return contains(one.stretch, at); });
      covered += in_totals;
      covered -= std::ranges::count_if(window.surplus,
                                       [at](const Stretch& one) { return contains(one, at); });
      ASSERT_EQ(covered, from <= at && at <= to ? 1 : 0);
      ASSERT_EQ(in_totals, window.seconds && contains(*window.seconds, at) ? 1 : 0);
    }
  }
}

}  // namespace
}  // namespace remit::engine
