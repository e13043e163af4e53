#include "throttle.hpp"

#include <gtest/gtest.h>

namespace remit::engine {
namespace {

using std::chrono::milliseconds;

class ThrottleTest : public testing::Test {
 protected:
  void observe(Duration wait, int times) {
    for (int i = 0; i < times; ++i) throttle_.observe(wait, now_ += Throttle::kInterval);
  }

  Throttle throttle_{256, milliseconds(3)};
  Duration now_{0};
};

TEST_F(ThrottleTest, LetsAllThroughWhileRequestsDoNotWait) {
  observe(milliseconds(3), 100);
  EXPECT_EQ(throttle_.limit(), 256);
}

TEST_F(ThrottleTest, ShrinksUnderPressureAndNeverToNothing) {
  observe(milliseconds(4), 1);
  EXPECT_EQ(throttle_.limit(), 192);
  observe(milliseconds(4), 100);
  EXPECT_EQ(throttle_.limit(), Throttle::kLeast);
}

TEST_F(ThrottleTest, GrowsBackWhenThePressureIsGone) {
  observe(milliseconds(100), 100);
  observe(milliseconds(1), 1);
  EXPECT_EQ(throttle_.limit(), Throttle::kLeast + 1);
  observe(milliseconds(1), 100);
  EXPECT_EQ(throttle_.limit(), 256);
}

TEST_F(ThrottleTest, OneChangeIsGivenTimeToShow) {
  observe(milliseconds(4), 1);
  for (int i = 0; i < 10; ++i) throttle_.observe(milliseconds(4), now_);
  EXPECT_EQ(throttle_.limit(), 192);
}

TEST_F(ThrottleTest, ASmallRunnerKeepsItsSize) {
  Throttle small(4, milliseconds(3));
  for (int i = 1; i < 50; ++i) small.observe(milliseconds(9), Throttle::kInterval * i);
  EXPECT_EQ(small.limit(), 4);
}

}  // namespace
}  // namespace remit::engine
