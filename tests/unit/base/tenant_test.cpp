#include "remit/base/tenant.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace remit {
namespace {

constexpr Tenant kSmall{TenantId(1)};
constexpr Tenant kLarge{TenantId(7), Bucket(1000), 64};  // 1000 … 1023, 0 … 39
constexpr Tenant kEverywhere{TenantId(8), Bucket(0), 1024};

Uuid uuid(std::string_view text) { return Uuid::parse(text).value(); }

std::vector<Bucket> buckets_of(std::initializer_list<std::int32_t> values) {
  return {values.begin(), values.end()};
}

TEST(Bucket, IsTakenModuloTheirNumber) {
  EXPECT_EQ(Bucket(1023).value(), 1023);
  EXPECT_EQ(Bucket(1024), Bucket(0));
  EXPECT_EQ(Bucket(-1), Bucket(1023));
  EXPECT_LT(Bucket(3), Bucket(4));
}

/// Written down: rows are where these numbers say.
TEST(Tenant, HasAHomeThatFollowsFromItsNumber) {
  EXPECT_EQ(kSmall.home(), Bucket(635));
  EXPECT_EQ(Tenant(TenantId(2)).home(), Bucket(246));
  EXPECT_EQ(Tenant(TenantId(3)).home(), Bucket(881));
  EXPECT_EQ(Tenant(TenantId(-5)).home(), Bucket(921));
  EXPECT_EQ(Tenant(TenantId(std::numeric_limits<std::int32_t>::max())).home(), Bucket(389));
  std::set<Bucket> homes;
  for (int id = 1; id <= Bucket::kCount; ++id) homes.insert(Tenant(TenantId(id)).home());
  EXPECT_EQ(homes.size(), std::size_t{Bucket::kCount});
}

TEST(Tenant, WithOneBucketHasEverythingThere) {
  EXPECT_EQ(kSmall.spread(), 1);
  EXPECT_EQ(kSmall.buckets(), std::vector{kSmall.home()});
  EXPECT_EQ(kSmall.bucket_of("a-key-of-a-client"), kSmall.home());
  for (const char* id :
       {"c56a4180-65aa-42ec-a945-5fd21dec0538", "c56a4180-65aa-82ec-a945-5fd21dec0538"}) {
    EXPECT_EQ(kSmall.bucket_of(uuid(id)), kSmall.home());
  }
}

TEST(Tenant, WithManyBucketsGoesOnAtTheFirstAfterTheLast) {
  const std::vector<Bucket> buckets = kLarge.buckets();
  ASSERT_EQ(buckets.size(), 64U);
  EXPECT_EQ(buckets.front(), Bucket(1000));
  EXPECT_EQ(buckets[24], Bucket(0));
  EXPECT_EQ(buckets.back(), Bucket(39));
}

TEST(Tenant, HasASpreadOfAtLeastOneAndAtMostAll) {
  for (const int spread : {0, -1, 1025}) {
    EXPECT_THROW(Tenant(TenantId(1), Bucket(0), static_cast<std::int16_t>(spread)),
                 std::invalid_argument);
  }
}

/// Written down, as above.
TEST(Tenant, FindsARowByAHashThatNeverChanges) {
  std::vector<Bucket> large, everywhere;
  for (const char* key : {"a-key-of-a-client", "0123456789", ""}) {
    large.push_back(kLarge.bucket_of(key));
    everywhere.push_back(kEverywhere.bucket_of(key));
  }
  EXPECT_EQ(large, buckets_of({1012, 5, 3}));
  EXPECT_EQ(everywhere, buckets_of({332, 989, 155}));
  large.clear();
  everywhere.clear();
  for (const char* id :
       {"00000000-0000-0000-0000-000000000000", "c56a4180-65aa-42ec-a945-5fd21dec0538",
        "ffffffff-ffff-4fff-bfff-ffffffffffff"}) {
    large.push_back(kLarge.bucket_of(uuid(id)));
    everywhere.push_back(kEverywhere.bucket_of(uuid(id)));
  }
  EXPECT_EQ(large, buckets_of({39, 1002, 1013}));
  EXPECT_EQ(everywhere, buckets_of({63, 514, 141}));
}

/// Random ids, ids that differ in one place, and keys that count up.
TEST(Tenant, SpreadsItsRowsEvenly) {
  constexpr int kEach = 100;
  constexpr int kRows = kEach * Bucket::kCount;
  SeededUuidSource ids(3);
  std::array<std::vector<int>, 3> rows;
  for (auto& counts : rows) counts.resize(Bucket::kCount);
  for (int i = 0; i < kRows; ++i) {
    std::array<std::uint8_t, 16> counted{};
    for (std::size_t byte = 0; byte < 4; ++byte) {
      counted[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    }
    ++rows[0][static_cast<std::size_t>(kEverywhere.bucket_of(ids.next()).value())];
    ++rows[1][static_cast<std::size_t>(kEverywhere.bucket_of(Uuid(counted)).value())];
    const std::string key = "order-" + std::to_string(i);
    ++rows[2][static_cast<std::size_t>(kEverywhere.bucket_of(key).value())];
  }
  for (const auto& counts : rows) {
    // Of 1024 counts with a mean of 100 and a deviation of 10, none is as far off as six of these.
    EXPECT_GT(std::ranges::min(counts), kEach - 60);
    EXPECT_LT(std::ranges::max(counts), kEach + 60);
    double chi_square = 0;
    for (const int count : counts) chi_square += (count - kEach) * (count - kEach) / double{kEach};
    EXPECT_LT(chi_square, 1024 + 4 * 45);  // its deviation is 45
  }
}

TEST(MakeId, SaysItsBucket) {
  const Uuid random = uuid("c56a4180-65aa-42ec-a945-5fd21dec0538");
  EXPECT_EQ(make_id(random, Bucket(777)).to_string(), "c56a4180-65aa-82ec-a945-5fd21dec0709");
  for (const Bucket bucket : kEverywhere.buckets()) {
    EXPECT_EQ(kEverywhere.bucket_of(make_id(random, bucket)), bucket);
  }
}

TEST(MakeId, IsInABucketOfTheTenant) {
  SeededUuidSource ids(5);
  std::set<Bucket> used;
  for (int i = 0; i < 2000; ++i) {
    const Uuid random = ids.next();
    const Uuid id = make_id(random, kLarge);
    EXPECT_EQ(kLarge.bucket_of(id), kLarge.bucket_of(random));
    used.insert(kLarge.bucket_of(id));
  }
  EXPECT_EQ(used.size(), 64U);
  EXPECT_EQ(kSmall.bucket_of(make_id(ids.next(), kSmall)), kSmall.home());
}

TEST(MakeId, LeavesEveryOtherBitAsItWas) {
  SeededUuidSource ids(9);
  std::set<Uuid> made;
  for (int i = 0; i < 1000; ++i) made.insert(make_id(ids.next(), Bucket(5)));
  EXPECT_EQ(made.size(), 1000U);
  for (const Uuid& id : made) {
    EXPECT_EQ(id.to_string()[14], '8');
    EXPECT_EQ(id.bytes()[8] & 0xC0, 0x80);
  }
}

/// It names bucket 312, which is none of the tenant's.
TEST(Tenant, HashesAClientsIdOfTheVersionOfOurs) {
  const Uuid foreign = uuid("c56a4180-65aa-82ec-a945-5fd21dec0538");
  EXPECT_EQ(kEverywhere.bucket_of(foreign), Bucket(312));
  EXPECT_EQ(kLarge.bucket_of(foreign), Bucket(19));
}

}  // namespace
}  // namespace remit
