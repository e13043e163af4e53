#include "crowd_gauge.hpp"

#include <gtest/gtest.h>

namespace remit::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CrowdGaugeTest : public testing::Test {
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
    for (const auto end = now_ + seconds(20); now_ < end; now_ += elsewhere) {
      arrive(count);
      now_ += at_lanes;
      gauge_.answered(count, now_);
      now_ += on_way_out;
      gauge_.delivered(count, now_);
    }
  }

  CrowdGauge gauge_;
  CrowdGauge::Instant now_{std::chrono::hours(1)};
};

TEST_F(CrowdGaugeTest, MostOfTheClientsAreACrowd) {
  gauge_.set_clients(100);
  stay(55, seconds(20));
  EXPECT_FALSE(gauge_.is_crowded());
  stay(65, seconds(20));
  EXPECT_TRUE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, AFewAreNoneThoughNobodyElseIsThere) {
  gauge_.set_clients(12);
  stay(12, seconds(20));
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, WhoWaitsForTheLoopIsInTheCrowdThoughFewAreAtTheLanes) {
  gauge_.set_clients(100);
  circle(100, milliseconds(2), milliseconds(3), milliseconds(3));
  EXPECT_TRUE(gauge_.is_crowded()) << "the way in, unseen, is as long as the way out";
}

TEST_F(CrowdGaugeTest, WhoHasItsAnswerIsNot) {
  gauge_.set_clients(100);
  circle(100, milliseconds(2), milliseconds(1), milliseconds(6));
  EXPECT_FALSE(gauge_.is_crowded());
  circle(100, milliseconds(2), milliseconds(0), milliseconds(6));
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, HowLongItTakesDoesNotDependOnHowLargeBatchesAre) {
  for (const milliseconds each : {milliseconds(1), milliseconds(10)}) {
    gauge_ = {};
    gauge_.set_clients(100);
    stay(100, milliseconds(800), each);
    EXPECT_FALSE(gauge_.is_crowded()) << each.count();
    stay(100, milliseconds(400), each);
    EXPECT_TRUE(gauge_.is_crowded()) << each.count();
  }
}

TEST_F(CrowdGaugeTest, ABurstIsNoCrowd) {
  for (int i = 0; i < 20; ++i) {
    stay(200, milliseconds(10));
    now_ += milliseconds(200);
  }
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, NeitherIsWhatWaitsForADiskThatPauses) {
  gauge_.set_clients(128);
  stay(128, seconds(2), seconds(1));
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, OneThatHasLeftIsNone) {
  gauge_.set_clients(30);
  stay(30, seconds(10));
  EXPECT_TRUE(gauge_.is_crowded());
  gauge_.set_clients(0);
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, AnInstantBeforeTheLastOneChangesNothing) {
  gauge_.set_clients(30);
  stay(30, seconds(10));
  gauge_.left(0, now_ - seconds(5));
  EXPECT_TRUE(gauge_.is_crowded());
}

}  // namespace
}  // namespace remit::storage
