// Beyond what the contract tests say: how long a claim keeps others away, on the database's clock.
#include "remit/routing/health_operations.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"

namespace remit::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class HealthOperationsTest : public testing::Test {
 protected:
  std::vector<HealthSlot> claim(Uuid checker) {
    return test::run(loop_, lanes_.run<ClaimHealthSlots>({slots_, checker})).value();
  }
  /// Whether it is due in so many seconds, but for what the test itself takes.
  bool is_due_in(int wait, const std::string& name) {
    return session_.query("SELECT extract(epoch FROM next_check_at - now()) BETWEEN " +
                          std::to_string(wait - 20) + " AND " + std::to_string(wait + 1) +
                          " FROM provider_health WHERE name = '" + name + "'") == "t";
  }

  std::string url_ = test::migrated_database();
  test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 1}};
  SeededUuidSource ids_{1};
  const Uuid one_ = ids_.next();
  std::vector<HealthSlot> slots_{{ProviderKind::processor, "default", minutes(5)},
                                 {ProviderKind::onramp, "o'brien", seconds(40)}};
};

TEST_F(HealthOperationsTest, EachSlotIsClaimedForItsOwnInterval) {
  EXPECT_EQ(claim(one_).size(), 2U);
  EXPECT_TRUE(claim(ids_.next()).empty());
  EXPECT_TRUE(is_due_in(300, "default"));
  EXPECT_TRUE(is_due_in(40, "o''brien"));
}

TEST_F(HealthOperationsTest, ASlotThatWasAskedKeepsItsTimeAndOneThatWasNotIsDue) {
  ASSERT_EQ(claim(one_).size(), 2U);
  for (const bool was_asked : {true, false}) {
    const HealthSlot& slot = slots_[was_asked ? 0 : 1];
    ASSERT_TRUE(test::run(loop_, lanes_.run<ReturnHealthSlot>({slot, one_, was_asked})));
  }
  EXPECT_TRUE(is_due_in(300, "default"));
  const auto again = claim(ids_.next());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].name, "o'brien");
}

/// Of one row only: the others are claimed.
TEST_F(HealthOperationsTest, ARowThatIsBeingClaimedIsPassedOver) {
  ASSERT_EQ(claim(one_).size(), 2U);
  session_.query("UPDATE provider_health SET next_check_at = '-infinity'");
  session_.query("BEGIN; SELECT 1 FROM provider_health WHERE name = 'default' FOR UPDATE");
  const auto claimed = claim(ids_.next());
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].name, "o'brien");
}

}  // namespace
}  // namespace remit::routing
