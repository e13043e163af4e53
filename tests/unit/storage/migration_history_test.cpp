#include "migration_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "remit/base/sha256.hpp"

namespace remit::storage {
namespace {

using testing::HasSubstr;

constexpr std::array kKnown{Migration{1, "0001_first", "SELECT 1"},
                            Migration{2, "0002_second", "SELECT 2"}};

History of_two() {
  return {{1, "0001_first", sha256("SELECT 1"), false},
          {2, "0002_second", sha256("SELECT 2"), false}};
}

History with(bool additive) {
  History history = of_two();
  history.push_back({3, "0003_third", "unknown", additive});
  return history;
}

TEST(MigrationHistory, KnownMigrationsAreFit) {
  EXPECT_EQ(judge(of_two(), kKnown, false).fit, SchemaFit::fit);
  EXPECT_EQ(judge(of_two(), kKnown, false).reason, "");
}

TEST(MigrationHistory, ShorterOrChangedIsUnfit) {
  EXPECT_EQ(judge({}, kKnown, true).fit, SchemaFit::unfit);
  const SchemaReport behind = judge({of_two().front()}, kKnown, false);
  EXPECT_EQ(behind.fit, SchemaFit::unfit);
  EXPECT_THAT(behind.reason, HasSubstr("0002_second"));
  History changed = with(true);
  changed.front().checksum = "another";
  EXPECT_EQ(judge(changed, kKnown, false).fit, SchemaFit::unfit);
}

TEST(MigrationHistory, MoreThanIsKnownSupersedesWhenItIsAdditive) {
  const SchemaReport report = judge(with(true), kKnown, false);
  EXPECT_EQ(report.fit, SchemaFit::superseded);
  EXPECT_THAT(report.reason, HasSubstr("0003_third"));
}

/// The newer instance is not there to take the work over yet, and may not be for hours.
TEST(MigrationHistory, AnAdditiveMigrationSupersedesOnlyWhenItIsDone) {
  EXPECT_EQ(judge(with(true), kKnown, true).fit, SchemaFit::fit);
}

TEST(MigrationHistory, OneThatIsNotAdditiveOutdatesAtOnce) {
  EXPECT_EQ(judge(with(false), kKnown, true).fit, SchemaFit::outdated);
  History history = with(false);
  history.push_back({4, "0004_fourth", "unknown", true});
  const SchemaReport report = judge(history, kKnown, false);
  EXPECT_EQ(report.fit, SchemaFit::outdated);
  EXPECT_THAT(report.reason, HasSubstr("0003_third"));
}

}  // namespace
}  // namespace remit::storage
