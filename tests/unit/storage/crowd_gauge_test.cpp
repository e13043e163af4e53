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
  /// So many are here for so long: each is answered and comes again.
  void stay(std::size_t count, milliseconds duration, milliseconds each = milliseconds(5)) {
    arrive(count);
    for (const auto end = now_ + duration; now_ < end;) {
      now_ += each;
      gauge_.left(count, now_);
      arrive(count);
    }
    gauge_.left(count, now_);
  }

  CrowdGauge gauge_;
  CrowdGauge::Instant now_{std::chrono::hours(1)};
};

TEST_F(CrowdGaugeTest, ManyOfTheClientsAreACrowd) {
  gauge_.set_clients(100);
  stay(39, seconds(20));
  EXPECT_FALSE(gauge_.is_crowded());
  stay(45, seconds(20));
  EXPECT_TRUE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, AFewAreNoneThoughNobodyElseIsThere) {
  gauge_.set_clients(12);
  stay(12, seconds(20));
  EXPECT_FALSE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, ManyAreOneHoweverManyWaitElsewhere) {
  gauge_.set_clients(1'000);
  stay(50, seconds(20));
  EXPECT_TRUE(gauge_.is_crowded());
}

TEST_F(CrowdGaugeTest, HowLongItTakesDoesNotDependOnHowLargeBatchesAre) {
  for (const milliseconds each : {milliseconds(1), milliseconds(10)}) {
    gauge_ = {};
    gauge_.set_clients(100);
    stay(100, milliseconds(300), each);
    EXPECT_FALSE(gauge_.is_crowded()) << each.count();
    stay(100, milliseconds(500), each);
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
