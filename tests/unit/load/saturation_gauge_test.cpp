#include "remit/load/saturation_gauge.hpp"

#include <gtest/gtest.h>

namespace remit::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SaturationGaugeTest : public testing::Test {
 protected:
  void arrive(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) gauge_.arrived(now_);
  }
  /// So many are at the lanes for so long: each is answered, at once, and comes again.
  void stay(std::size_t count, milliseconds duration, milliseconds each = milliseconds(5)) {
    arrive(count);
    for (const auto end = now_ + duration; now_ < end;) {
      now_ += each;
      gauge_.left(count, now_);
      arrive(count);
    }
    gauge_.left(count, now_);
  }
  /// So many come again and again: each time they are at the lanes for so long, then their answers
  /// wait for the loop for so long, then they are elsewhere for so long.
  void circle(std::size_t count, milliseconds at_lanes, milliseconds on_way_out,
              milliseconds elsewhere) {
    for (const auto end = now_ + seconds(5); now_ < end; now_ += elsewhere) {
      arrive(count);
      now_ += at_lanes;
      gauge_.answered(count, now_);
      now_ += on_way_out;
      gauge_.delivered(count, now_);
    }
  }

  SaturationGauge gauge_;
  SaturationGauge::Instant now_{std::chrono::hours(1)};
};

TEST_F(SaturationGaugeTest, MostOfTheClientsWaitingIsSaturation) {
  gauge_.observe({.clients = 100});
  stay(55, seconds(20));
  EXPECT_FALSE(gauge_.is_saturated());
  stay(65, seconds(4));
  EXPECT_TRUE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, AFewClientsNeverSaturate) {
  gauge_.observe({.clients = 12});
  stay(12, seconds(20));
  EXPECT_FALSE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, BeginsWhenTheClientsAreKnown) {
  stay(100, seconds(3));
  EXPECT_FALSE(gauge_.is_saturated());
  gauge_.observe({.clients = 100});
  stay(100, seconds(4));
  EXPECT_TRUE(gauge_.is_saturated()) << "it has not lasted since before";
}

TEST_F(SaturationGaugeTest, CountsResponsesThatWaitForTheLoopTwice) {
  gauge_.observe({.clients = 100});
  circle(100, milliseconds(2), milliseconds(3), milliseconds(3));
  EXPECT_TRUE(gauge_.is_saturated()) << "the way in, unseen, is as long as the way out";
}

TEST_F(SaturationGaugeTest, DoesNotCountAnsweredClients) {
  gauge_.observe({.clients = 100});
  circle(100, milliseconds(2), milliseconds(1), milliseconds(6));
  EXPECT_FALSE(gauge_.is_saturated());
  circle(100, milliseconds(2), milliseconds(0), milliseconds(6));
  EXPECT_FALSE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, ReactsAsFastWhateverTheSizeOfBatches) {
  for (const milliseconds each : {milliseconds(1), milliseconds(10)}) {
    gauge_ = {};
    gauge_.observe({.clients = 100});
    stay(100, milliseconds(800), each);
    EXPECT_FALSE(gauge_.is_saturated()) << each.count();
    stay(100, milliseconds(400), each);
    EXPECT_TRUE(gauge_.is_saturated()) << each.count();
  }
}

TEST_F(SaturationGaugeTest, ABurstIsNotSaturation) {
  for (int i = 0; i < 20; ++i) {
    stay(200, milliseconds(10));
    now_ += milliseconds(200);
  }
  EXPECT_FALSE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, AStalledFlushIsNotSaturation) {
  gauge_.observe({.clients = 128});
  stay(128, seconds(2), seconds(1));
  EXPECT_FALSE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, EndsWhenTheClientsHaveLeft) {
  gauge_.observe({.clients = 30});
  stay(30, seconds(4));
  EXPECT_TRUE(gauge_.is_saturated());
  gauge_.observe({.clients = 0});
  EXPECT_FALSE(gauge_.is_saturated());
}

/// Then what is asked for has to be carried as it comes, or it would only be stored for ever.
TEST_F(SaturationGaugeTest, LastingLoadIsNotSaturationUntilItHasBeenAway) {
  gauge_.observe({.clients = 100});
  stay(100, seconds(5));
  EXPECT_TRUE(gauge_.is_saturated());
  stay(100, seconds(3));
  EXPECT_FALSE(gauge_.is_saturated());
  stay(0, seconds(1));
  stay(100, seconds(2));
  EXPECT_FALSE(gauge_.is_saturated()) << "a pause is not its end";
  stay(0, seconds(4));
  stay(100, seconds(2));
  EXPECT_TRUE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, IgnoresAnInstantBeforeTheLastOne) {
  gauge_.observe({.clients = 30});
  stay(30, seconds(4));
  gauge_.left(0, now_ - seconds(5));
  EXPECT_TRUE(gauge_.is_saturated());
}

TEST_F(SaturationGaugeTest, LevelFollowsTheRateOfRequestsUntilSaturated) {
  struct Case {
    double rate;
    Load level;
  };
  constexpr Case kCases[] = {{0, Load::idle},     {99, Load::idle},    {100, Load::busy},
                             {1'999, Load::busy}, {2'000, Load::idle}, {30'000, Load::idle}};
  for (const Case& one : kCases) {
    gauge_.observe({.clients = 30, .requests_per_second = one.rate});
    EXPECT_EQ(gauge_.level(), one.level) << one.rate;
  }
  stay(30, seconds(4));
  for (const Case& one : kCases) {
    gauge_.observe({.clients = 30, .requests_per_second = one.rate});
    EXPECT_EQ(gauge_.level(), Load::saturated) << one.rate;
  }
}

TEST_F(SaturationGaugeTest, BackgroundWorkPausesWhileRequestsAreOutstandingAndSaturate) {
  const auto none = milliseconds(0);
  gauge_.observe({.clients = 30});
  arrive(30);
  EXPECT_EQ(gauge_.background_pause(milliseconds(2)), none) << "not saturated";
  stay(0, seconds(4), milliseconds(5));
  EXPECT_EQ(gauge_.background_pause(milliseconds(2)), milliseconds(14));
  EXPECT_EQ(gauge_.background_pause(seconds(4)), SaturationGauge::kMaxBackgroundPause);
  gauge_.left(30, now_);
  EXPECT_TRUE(gauge_.is_saturated());
  EXPECT_EQ(gauge_.background_pause(milliseconds(2)), none) << "nobody is there any more";
}

}  // namespace
}  // namespace remit::load
