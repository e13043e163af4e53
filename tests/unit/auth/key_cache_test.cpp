#include "remit/auth/key_cache.hpp"

#include <gtest/gtest.h>

#include "support/tenants.hpp"

namespace remit::auth {
namespace {

using namespace std::chrono_literals;

class KeyCacheTest : public testing::Test {
 protected:
  KeyRecord record(const std::string& hash = "h") {
    KeyRecord made{.key = {}, .tenant = kTenant, .secret_hash = hash};
    made.key.id = id_;
    return made;
  }

  SeededUuidSource ids_{1};
  const Uuid id_ = ids_.next();
  KeyCache cache_{2};
};

TEST_F(KeyCacheTest, AKeyAnswersForAWhileAfterItWasRead) {
  EXPECT_EQ(cache_.find(id_, 0s), nullptr);
  cache_.store(record(), 10s);
  ASSERT_NE(cache_.find(id_, 10s), nullptr);
  EXPECT_EQ(cache_.find(id_, 10s)->secret_hash, "h");
  EXPECT_NE(cache_.find(id_, 10s + KeyCache::kFreshFor - 1us), nullptr);
  EXPECT_EQ(cache_.find(id_, 10s + KeyCache::kFreshFor), nullptr);
}

TEST_F(KeyCacheTest, AKeyInUseIsReadAgainAndOneThatIsNotIsForgotten) {
  cache_.store(record(), 0s);
  EXPECT_TRUE(cache_.begin_check(2s).empty());
  cache_.count_use(id_);
  EXPECT_TRUE(cache_.begin_check(KeyCache::kCheckAfter - 1us).empty());
  EXPECT_EQ(cache_.begin_check(KeyCache::kCheckAfter), std::vector{id_});
  cache_.store(record("new"), KeyCache::kCheckAfter);
  EXPECT_EQ(cache_.find(id_, 4s)->secret_hash, "new");
  EXPECT_TRUE(cache_.begin_check(4s).empty());
  EXPECT_EQ(cache_.begin_touch(4s), std::vector{id_});
  EXPECT_TRUE(cache_.begin_check(1min).empty());
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(KeyCacheTest, AnAnswerThatWasAskedForEarlierChangesNothing) {
  cache_.store(record("later"), 2s);
  cache_.store(record("earlier"), 1s);
  EXPECT_EQ(cache_.find(id_, 3s)->secret_hash, "later");
}

TEST_F(KeyCacheTest, AUseIsToldOnceAMinute) {
  cache_.store(record(), 0s);
  EXPECT_TRUE(cache_.begin_touch(0s).empty());
  cache_.count_use(id_);
  EXPECT_EQ(cache_.begin_touch(0s), std::vector{id_});
  cache_.count_use(id_);
  EXPECT_TRUE(cache_.begin_touch(59s).empty());
  EXPECT_EQ(cache_.begin_touch(60s), std::vector{id_});
  EXPECT_TRUE(cache_.begin_touch(3min).empty());
}

TEST_F(KeyCacheTest, AUseThatIsNotToldYetIsNotForgotten) {
  cache_.store(record(), 0s);
  cache_.count_use(id_);
  EXPECT_EQ(cache_.begin_touch(0s).size(), 1U);
  cache_.count_use(id_);
  EXPECT_EQ(cache_.begin_check(10s).size(), 1U);
  EXPECT_EQ(cache_.begin_touch(60s).size(), 1U);
}

TEST_F(KeyCacheTest, HoldsNoMoreThanItHasRoomFor) {
  for (int i = 0; i < 5; ++i) {
    KeyRecord other = record();
    other.key.id = ids_.next();
    cache_.store(other, 0s);
  }
  EXPECT_EQ(cache_.size(), 2U);
}

}  // namespace
}  // namespace remit::auth
