#include "remit/auth/rate_limits.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "support/manual_clock.hpp"
#include "support/tenants.hpp"

namespace remit::auth {
namespace {

using namespace std::chrono_literals;

class RateLimitsTest : public testing::Test {
 protected:
  net::Principal caller(std::optional<net::RequestLimit> limit = {}) {
    return {.tenant = kTenant, .scopes = {}, .key = ids_.next(), .limit = limit};
  }
  static bool passes(RateLimits& limits, const net::Principal& caller) {
    const auto quota = limits.take(caller);
    return !quota || !quota->retry_after;
  }
  /// How many of many at once.
  static int burst_of(RateLimits& limits, const net::Principal& caller) {
    int passed = 0;
    for (int i = 0; i < 1'000 && passes(limits, caller); ++i) ++passed;
    return passed;
  }

  SeededUuidSource ids_{1};
  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
};

TEST_F(RateLimitsTest, WithoutALimitNothingIsCounted) {
  RateLimits limits({.usual = {}, .instances = 1}, clock_);
  EXPECT_FALSE(limits.take(caller()));
  EXPECT_FALSE(limits.take(caller(net::RequestLimit{0, 5})));
  EXPECT_EQ(limits.size(), 0U);
}

TEST_F(RateLimitsTest, ABucketIsEmptiedAndFillsAgain) {
  RateLimits limits({.usual = {.per_second = 10, .burst = 20}, .instances = 1}, clock_);
  const net::Principal one = caller();
  auto quota = limits.take(one);
  ASSERT_TRUE(quota);
  EXPECT_EQ(quota->per_second, 10);
  EXPECT_EQ(quota->remaining, 19);
  EXPECT_EQ(quota->restored, 1s);
  EXPECT_EQ(burst_of(limits, one), 19);
  quota = limits.take(one);
  EXPECT_EQ(quota->remaining, 0);
  EXPECT_EQ(quota->restored, 2s);
  EXPECT_EQ(quota->retry_after, 1s);
  clock_.advance(99ms);
  EXPECT_FALSE(passes(limits, one));
  clock_.advance(1ms);
  EXPECT_TRUE(passes(limits, one));
  EXPECT_FALSE(passes(limits, one));
  clock_.advance(1h);
  EXPECT_EQ(burst_of(limits, one), 20);
}

TEST_F(RateLimitsTest, ABurstIsAsLargeAsASecondWhenNothingIsSaid) {
  RateLimits limits({.usual = {.per_second = 7, .burst = 0}, .instances = 1}, clock_);
  EXPECT_EQ(burst_of(limits, caller()), 7);
}

TEST_F(RateLimitsTest, EachKeyHasItsOwnBucketAndPerhapsItsOwnLimit) {
  RateLimits limits({.usual = {.per_second = 2, .burst = 0}, .instances = 1}, clock_);
  EXPECT_EQ(burst_of(limits, caller()), 2);
  EXPECT_EQ(burst_of(limits, caller()), 2);
  EXPECT_EQ(burst_of(limits, caller(net::RequestLimit{5, 50})), 50);
  EXPECT_EQ(burst_of(limits, caller(net::RequestLimit{0, 0})), 1'000);
}

// A limit is changed so that it holds at once: an old debt in seconds would outlast it.
TEST_F(RateLimitsTest, AChangedLimitHoldsAtOnce) {
  RateLimits limits({.usual = {}, .instances = 1}, clock_);
  net::Principal one = caller(net::RequestLimit{1, 100});
  EXPECT_EQ(burst_of(limits, one), 100);
  one.limit = net::RequestLimit{100, 200};
  EXPECT_EQ(burst_of(limits, one), 100) << "of 200 it has used 100";
  clock_.advance(1s);
  EXPECT_EQ(burst_of(limits, one), 100);
  one.limit = net::RequestLimit{2, 10};
  EXPECT_FALSE(passes(limits, one));
  clock_.advance(1s);
  EXPECT_EQ(burst_of(limits, one), 2) << "it owes no more than its bucket holds";
  one.limit = net::RequestLimit{0, 0};
  EXPECT_EQ(burst_of(limits, one), 1'000);
}

TEST_F(RateLimitsTest, InstancesTogetherGiveTheWhole) {
  const net::Principal one = caller();
  int burst = 0;
  int in_ten_seconds = 0;
  std::deque<RateLimits> instances;
  for (int i = 0; i < 4; ++i) {
    instances.emplace_back(
        RateLimits::Settings{.usual = {.per_second = 10, .burst = 20}, .instances = 4}, clock_);
    burst += burst_of(instances.back(), one);
  }
  EXPECT_EQ(burst, 20);
  for (int i = 0; i < 1'000; ++i) {
    clock_.advance(10ms);
    for (RateLimits& limits : instances) in_ten_seconds += passes(limits, one) ? 1 : 0;
  }
  EXPECT_NEAR(in_ten_seconds, 100, 4);
}

// However a client spreads its requests, no window has more of them than burst and rate allow.
TEST_F(RateLimitsTest, NoWindowHasMoreThanTheLimitAllows) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const std::int64_t rate = std::uniform_int_distribution<std::int64_t>(1, 500)(random);
    const std::int64_t burst = std::uniform_int_distribution<std::int64_t>(1, 500)(random);
    RateLimits limits({.usual = {.per_second = rate, .burst = burst}, .instances = 1}, clock_);
    const net::Principal one = caller();
    std::vector<Duration> passed;
    for (int i = 0; i < 1'000; ++i) {
      clock_.advance(Duration(std::uniform_int_distribution<std::int64_t>(0, 5'000)(random)));
      if (passes(limits, one)) passed.push_back(clock_.monotonic());
    }
    for (std::size_t i = 0; i < passed.size(); ++i) {
      for (std::size_t j = i; j < passed.size(); ++j) {
        const auto window = std::chrono::duration<double>(passed[j] - passed[i]).count();
        const double most = static_cast<double>(burst) + window * static_cast<double>(rate) + 0.01;
        ASSERT_LE(static_cast<double>(j - i + 1), most) << rate << " " << burst;
      }
    }
  }
}

TEST_F(RateLimitsTest, BucketsThatAreFullAgainAreForgotten) {
  RateLimits limits({.usual = {.per_second = 10, .burst = 0}, .instances = 1}, clock_);
  for (int i = 0; i < 100'000; ++i) {
    clock_.advance(1ms);
    static_cast<void>(limits.take(caller()));
  }
  EXPECT_LE(limits.size(), 2'048U);
}

}  // namespace
}  // namespace remit::auth
