#include "known_work.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

constexpr Duration kIdle = milliseconds(250);
constexpr Duration kNow = seconds(100);

Standing free_of_bounds(TenantId /*tenant*/) { return {.held = 0, .most = 1'000'000}; }

WorkSeen seen(std::vector<WorkPlace> places) { return {.places = std::move(places), .at = kStart}; }

std::vector<TenantId> tenants_of(const KnownWork::Picked& picked) {
  std::vector<TenantId> tenants;
  for (const TenantWork& work : picked.work) tenants.push_back(work.tenant);
  return tenants;
}

class KnownWorkTest : public testing::Test {
 protected:
  void look(std::vector<WorkPlace> places, Duration at = kNow) {
    work_.on_looked(seen(std::move(places)), at, at);
  }
  KnownWork::Picked pick(Duration at = kNow, std::int64_t limit = 128) {
    return work_.pick(limit, free_of_bounds, at);
  }

  KnownWork work_{kIdle};
};

TEST_F(KnownWorkTest, IsLookedForOnceASecondAndForATwentiethOfTheTime) {
  EXPECT_TRUE(work_.is_to_be_looked_for(kNow));
  work_.on_looked(seen({}), kNow, kNow + milliseconds(10));
  EXPECT_FALSE(work_.is_to_be_looked_for(kNow + milliseconds(999)));
  EXPECT_TRUE(work_.is_to_be_looked_for(kNow + seconds(1)));
  work_.on_looked(seen({}), kNow, kNow + milliseconds(200));
  EXPECT_FALSE(work_.is_to_be_looked_for(kNow + milliseconds(3'999)));
  EXPECT_TRUE(work_.is_to_be_looked_for(kNow + seconds(4)));
}

TEST_F(KnownWorkTest, NamesTheBucketsOfEachTenantAndWhereTheyBegin) {
  look({{Bucket(1), kTenant, kStart - minutes(5)},
        {Bucket(1), kOtherTenant, kStart},
        {Bucket(9), kTenant, kStart + minutes(1)}});
  const KnownWork::Picked picked = pick();
  ASSERT_EQ(tenants_of(picked), (std::vector{kTenant.id(), kOtherTenant.id()}));
  EXPECT_EQ(picked.work[0].places.size(), 2U);
  std::map<Bucket, Timestamp> from;
  for (const QueuePlace& place : picked.work[0].places) from[place.bucket] = place.from.value();
  EXPECT_EQ(from.at(Bucket(1)), kStart - minutes(5));
  EXPECT_EQ(from.at(Bucket(9)), kStart - seconds(1)) << "another may be about to commit";
  EXPECT_FALSE(picked.leaves_out);
}

TEST_F(KnownWorkTest, TurnsGoRound) {
  look({{Bucket(1), TenantId(1), kStart},
        {Bucket(1), TenantId(2), kStart},
        {Bucket(1), TenantId(3), kStart},
        {Bucket(2), TenantId(3), kStart}});
  std::multiset<TenantId> firsts;
  std::set<Bucket> buckets;
  for (int i = 0; i < 6; ++i) {
    const KnownWork::Picked picked = pick();
    firsts.insert(picked.work.front().tenant);
    for (const TenantWork& work : picked.work) {
      if (work.tenant == TenantId(3)) buckets.insert(work.places.front().bucket);
    }
  }
  for (const std::int32_t tenant : {1, 2, 3}) EXPECT_EQ(firsts.count(TenantId(tenant)), 2U);
  EXPECT_EQ(buckets.size(), 2U);
}

TEST_F(KnownWorkTest, EachHasItsTurnWhenThereAreMoreThanAClaimAsks) {
  std::vector<WorkPlace> places;
  for (std::int32_t i = 1; i <= 50; ++i) places.push_back({Bucket(i), TenantId(i), kStart});
  look(places);
  std::map<TenantId, int> turns;
  for (int i = 0; i < 10; ++i) {
    const KnownWork::Picked picked = pick(kNow, 20);
    EXPECT_EQ(picked.work.size(), 20U);
    EXPECT_TRUE(picked.leaves_out);
    for (const TenantWork& work : picked.work) ++turns[work.tenant];
  }
  EXPECT_EQ(turns.size(), 50U);
  for (const auto& [tenant, count] : turns) EXPECT_EQ(count, 4);
}

TEST_F(KnownWorkTest, APlaceWithoutMoreIsLeftAloneForAWhile) {
  look({{Bucket(1), kTenant, kStart}, {Bucket(1), kOtherTenant, kStart}});
  work_.on_exhausted(Bucket(1), kTenant, kNow, kNow);
  EXPECT_EQ(tenants_of(pick()), std::vector{kOtherTenant.id()});
  EXPECT_EQ(pick(kNow + kIdle).work.size(), 2U);
  work_.on_exhausted(Bucket(1), kTenant, kNow, kNow);
  work_.on_work(Bucket(1), kTenant, kNow);
  EXPECT_EQ(pick().work.size(), 2U) << "there is something new";
}

TEST_F(KnownWorkTest, APlaceIsAskedAgainWhenItsNextIsDue) {
  const Duration due_in = kIdle / 5;
  look({{Bucket(1), kTenant, kStart + due_in}, {Bucket(2), kOtherTenant, kStart + 2 * kIdle}});
  work_.on_exhausted(Bucket(1), kTenant, kNow, kNow);
  work_.on_exhausted(Bucket(2), kOtherTenant, kNow, kNow);
  EXPECT_TRUE(pick(kNow + due_in - milliseconds(1)).work.empty());
  EXPECT_EQ(tenants_of(pick(kNow + due_in)), std::vector{kTenant.id()});
  work_.on_exhausted(Bucket(1), kTenant, kNow + due_in, kNow + due_in);
  EXPECT_TRUE(pick(kNow + kIdle - milliseconds(1)).work.empty()) << "it was due, and is gone";
  EXPECT_EQ(tenants_of(pick(kNow + kIdle)), std::vector{kOtherTenant.id()});
}

TEST_F(KnownWorkTest, APlaceIsAskedAtOnceForWorkThatCameDuringAClaim) {
  look({{Bucket(1), kTenant, kStart + milliseconds(1)}, {Bucket(2), kOtherTenant, kStart}});
  work_.on_work(Bucket(2), kOtherTenant, kNow + milliseconds(1));
  work_.on_exhausted(Bucket(1), kTenant, kNow, kNow + milliseconds(2));
  work_.on_exhausted(Bucket(2), kOtherTenant, kNow, kNow + milliseconds(2));
  EXPECT_EQ(pick(kNow + milliseconds(2)).work.size(), 2U);
}

TEST_F(KnownWorkTest, NewsDuringALookStay) {
  work_.on_work(Bucket(3), kTenant, kNow - seconds(1));
  work_.on_work(Bucket(4), kOtherTenant, kNow + milliseconds(1));
  work_.on_looked(seen({}), kNow, kNow + milliseconds(2));
  EXPECT_EQ(tenants_of(pick(kNow + seconds(1))), std::vector{kOtherTenant.id()});
}

TEST_F(KnownWorkTest, ATenantAtItsBoundIsNotAsked) {
  look({{Bucket(1), kTenant, kStart}, {Bucket(1), kOtherTenant, kStart}});
  const auto standing_of = [](TenantId tenant) {
    return Standing{.held = 7, .most = tenant == kTenant.id() ? 0 : 3};
  };
  const KnownWork::Picked picked = work_.pick(1, standing_of, kNow);
  ASSERT_EQ(tenants_of(picked), std::vector{kOtherTenant.id()});
  EXPECT_EQ(picked.work[0].held, 7);
  EXPECT_EQ(picked.work[0].most, 3);
  EXPECT_FALSE(picked.leaves_out) << "nothing is gained by another claim";
}

TEST_F(KnownWorkTest, ManyPlacesAreAskedWhenTheyAreDue) {
  std::vector<WorkPlace> places;
  for (std::int32_t i = 0; i < 100; ++i) {
    const Duration due_in = i < 10 ? Duration(seconds(0)) : Duration(seconds(i));
    places.push_back({Bucket(i), TenantId(i + 1), kStart + due_in});
  }
  look(places);
  EXPECT_EQ(pick().work.size(), 10U);
  EXPECT_EQ(pick(kNow + seconds(20)).work.size(), 21U);
  places.erase(places.begin() + 64, places.end());
  look(places);
  EXPECT_EQ(pick().work.size(), 64U) << "so few cost nothing";
}

}  // namespace
}  // namespace remit::engine
