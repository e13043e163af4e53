#include "remit/load/tenant_shares.hpp"

#include <gtest/gtest.h>

namespace remit::load {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr TenantId kA(1);
constexpr TenantId kB(2);
constexpr TenantId kC(3);
constexpr Duration kNow = seconds(100);

void take(TenantShares& shares, TenantId tenant, int count) {
  for (int i = 0; i < count; ++i) shares.take(tenant);
}

TEST(TenantShares, ASingleTenantHasAll) {
  TenantShares shares(64);
  shares.on_seen(kA, kNow);
  EXPECT_EQ(shares.left(kA, kNow), 64);
  take(shares, kA, 60);
  shares.on_seen(kA, kNow);
  EXPECT_EQ(shares.held(kA), 60);
  EXPECT_EQ(shares.left(kA, kNow), 4);
  EXPECT_FALSE(shares.has_right(kA)) << "it is as if there were no tenants";
}

TEST(TenantShares, WhileOthersAreAboutTheLastEighthIsNotForOneAlone) {
  TenantShares shares(64);
  shares.on_seen(kA, kNow);
  EXPECT_EQ(shares.left(kB, kNow), 56);
  shares.on_seen(kB, kNow + seconds(1));
  for (int i = 0; i < 100; ++i) shares.on_seen(kA, kNow + seconds(2));
  take(shares, kA, 56);
  EXPECT_EQ(shares.left(kA, kNow + seconds(60)), 0);
  EXPECT_EQ(shares.left(kB, kNow + seconds(60)), 56);
  EXPECT_EQ(shares.left(kA, kNow + seconds(61)), 8) << "the other has not been seen for a minute";
}

TEST(TenantShares, FewPermitsAreNotKept) {
  TenantShares shares(4);
  shares.on_seen(kB, kNow);
  EXPECT_EQ(shares.left(kA, kNow), 4);
}

TEST(TenantShares, ATenantWithLittleHasARightToTheNext) {
  TenantShares shares(64);
  take(shares, kA, 64);
  EXPECT_FALSE(shares.has_right(kA));
  EXPECT_TRUE(shares.has_right(kB));
  take(shares, kB, 23);
  EXPECT_TRUE(shares.has_right(kB));
  shares.take(kB);
  EXPECT_FALSE(shares.has_right(kB)) << "three quarters of a half";
  EXPECT_TRUE(shares.has_right(kC));
  take(shares, kC, 15);
  EXPECT_TRUE(shares.has_right(kC));
  shares.take(kC);
  EXPECT_FALSE(shares.has_right(kC)) << "three quarters of a third";
}

TEST(TenantShares, ForgetsThoseThatHoldNothing) {
  TenantShares shares(64);
  shares.take(kA);
  EXPECT_TRUE(shares.has_right(kB));
  shares.give_back(kA);
  EXPECT_EQ(shares.held(kA), 0);
  EXPECT_FALSE(shares.has_right(kB));
}

}  // namespace
}  // namespace remit::load
