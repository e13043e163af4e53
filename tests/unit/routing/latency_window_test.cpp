#include "remit/routing/latency_window.hpp"

#include <gtest/gtest.h>

namespace remit::routing {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LatencyWindow, KnowsNothingAtFirst) {
  const LatencyWindow window(seconds(30));
  EXPECT_FALSE(window.percentile(50, seconds(1)));
  EXPECT_FALSE(window.longest(seconds(1)));
}

TEST(LatencyWindow, PercentilesAreAtMostAQuarterTooHigh) {
  LatencyWindow window(seconds(30));
  for (int i = 1; i <= 1000; ++i) window.add(milliseconds(i), seconds(40));
  const auto median = window.percentile(50, seconds(40));
  const auto tail = window.percentile(99, seconds(40));
  ASSERT_TRUE(median && tail);
  EXPECT_GE(*median, milliseconds(500));
  EXPECT_LE(*median, milliseconds(625));
  EXPECT_GE(*tail, milliseconds(990));
  EXPECT_LE(*tail, milliseconds(1000));
  EXPECT_EQ(window.longest(seconds(40)), milliseconds(1000));
}

TEST(LatencyWindow, EverySampleIsWithinItsBucket) {
  for (std::int64_t latency = 1; latency < 100'000'000'000; latency = latency * 3 + 7) {
    LatencyWindow window(seconds(30));
    window.add(microseconds(1), seconds(1));
    window.add(microseconds(latency), seconds(1));
    window.add(hours(1000), seconds(1));
    const auto median = window.percentile(50, seconds(1));
    ASSERT_TRUE(median);
    // The last bucket is open-ended; everything beyond it counts as its edge.
    if (latency < 4'000'000'000) {
      EXPECT_GE(median->count(), latency);
      EXPECT_LE(median->count(), latency + latency / 4 + 200);
    }
  }
}

TEST(LatencyWindow, ForgetsAfterTwoGenerations) {
  LatencyWindow window(seconds(30));
  window.add(milliseconds(900), seconds(29));
  window.add(milliseconds(10), seconds(31));
  EXPECT_EQ(window.longest(seconds(59)), milliseconds(900));
  EXPECT_EQ(window.longest(seconds(60)), milliseconds(10));
  EXPECT_FALSE(window.longest(seconds(90)));
  window.add(milliseconds(5), seconds(91));
  EXPECT_EQ(window.longest(seconds(91)), milliseconds(5));
}

}  // namespace
}  // namespace remit::routing
