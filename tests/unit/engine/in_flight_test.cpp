#include "in_flight.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace remit::engine {
namespace {

constexpr TenantId kA(1);
constexpr TenantId kB(2);

struct FakeBounds final : TenantBounds {
  [[nodiscard]] std::optional<std::int64_t> bound_of(TenantId tenant) const override {
    const auto found = bounds.find(tenant);
    return found == bounds.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<TenantId, std::int64_t> bounds;
};

class InFlightTest : public testing::Test {
 protected:
  InFlightTest() {
    bounds_.bounds = {{kA, 8}};
    in_flight_.on_room([this] { ++told_; });
  }
  void take(TenantId tenant, int count) {
    for (int i = 0; i < count; ++i) in_flight_.take(tenant);
  }
  void give_back(TenantId tenant, int count) {
    for (int i = 0; i < count; ++i) in_flight_.give_back(tenant);
  }

  FakeBounds bounds_;
  InFlight in_flight_{&bounds_};
  int told_ = 0;
};

TEST_F(InFlightTest, CountsAgainstTheBound) {
  EXPECT_EQ(in_flight_.left(kA), 8);
  take(kA, 5);
  EXPECT_EQ(in_flight_.left(kA), 3);
  take(kA, 4);
  EXPECT_EQ(in_flight_.left(kA), 0);
  give_back(kA, 9);
  EXPECT_EQ(in_flight_.left(kA), 8);
}

TEST_F(InFlightTest, WithoutABoundThereIsNone) {
  take(kB, 1'000);
  EXPECT_EQ(in_flight_.left(kB), std::numeric_limits<std::int64_t>::max());
  give_back(kB, 1'000);
  InFlight unbounded(nullptr);
  unbounded.take(kA);
  EXPECT_EQ(unbounded.left(kA), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(told_, 0);
}

TEST_F(InFlightTest, TellsOnceWhenAQuarterIsFreeAgain) {
  take(kA, 7);
  give_back(kA, 7);
  EXPECT_EQ(told_, 0) << "it was not at its bound";
  take(kA, 8);
  give_back(kA, 1);
  EXPECT_EQ(told_, 0);
  give_back(kA, 1);
  EXPECT_EQ(told_, 1);
  give_back(kA, 6);
  EXPECT_EQ(told_, 1);
}

TEST_F(InFlightTest, OneAtItsBoundIsSoUntilItIsToldOfRoom) {
  take(kA, 7);
  take(kB, 100);
  EXPECT_FALSE(in_flight_.is_at_its_bound(kA));
  EXPECT_EQ(in_flight_.at_their_bounds(), 0);
  take(kA, 1);
  EXPECT_TRUE(in_flight_.is_at_its_bound(kA));
  EXPECT_FALSE(in_flight_.is_at_its_bound(kB));
  EXPECT_EQ(in_flight_.at_their_bounds(), 1);
  give_back(kA, 1);
  EXPECT_EQ(in_flight_.at_their_bounds(), 1);
  give_back(kA, 1);
  EXPECT_FALSE(in_flight_.is_at_its_bound(kA));
  EXPECT_EQ(in_flight_.at_their_bounds(), 0);
}

TEST_F(InFlightTest, ABoundThatComesOrGoesCountsAtOnce) {
  take(kB, 3);
  bounds_.bounds[kB] = 2;
  EXPECT_EQ(in_flight_.at_their_bounds(), 1);
  bounds_.bounds.erase(kB);
  EXPECT_FALSE(in_flight_.is_at_its_bound(kB));
  EXPECT_EQ(in_flight_.at_their_bounds(), 0);
  EXPECT_EQ(InFlight(nullptr).at_their_bounds(), 0);
}

TEST_F(InFlightTest, ABoundOfOne) {
  bounds_.bounds[kA] = 1;
  take(kA, 1);
  EXPECT_EQ(in_flight_.left(kA), 0);
  give_back(kA, 1);
  EXPECT_EQ(told_, 1);
}

TEST_F(InFlightTest, ABoundMayChange) {
  take(kA, 8);
  bounds_.bounds[kA] = 2;
  EXPECT_EQ(in_flight_.left(kA), 0);
  give_back(kA, 6);
  EXPECT_EQ(told_, 0);
  bounds_.bounds.erase(kA);
  give_back(kA, 1);
  EXPECT_EQ(told_, 1) << "there is none any more";
  bounds_.bounds[kB] = 0;
  EXPECT_EQ(in_flight_.left(kB), 0);
}

}  // namespace
}  // namespace remit::engine
