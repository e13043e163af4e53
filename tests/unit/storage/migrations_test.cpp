#include "remit/storage/migrations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <thread>

#include "support/postgres.hpp"

namespace remit::storage {
namespace {

constexpr Migration kFirst{1, "0001_first", "CREATE TABLE a (x int); INSERT INTO a VALUES (1);"};
constexpr Migration kSecond{2, "0002_second", "ALTER TABLE a ADD y int; UPDATE a SET y = x;"};
constexpr Migration kBroken{2, "0002_broken",
                            "CREATE TABLE b (x int); SELECT no_such_column FROM a;"};
constexpr Migration kChanged{1, "0001_first", "CREATE TABLE a (x bigint);"};

class MigrationsTest : public testing::Test {
 protected:
  std::string url_ = test::PostgresCluster::shared().url();
  test::PostgresSession session_{url_};
};

TEST_F(MigrationsTest, AppliesWhatIsMissingInOrder) {
  const std::array one{kFirst};
  const std::array two{kFirst, kSecond};
  const auto first = migrate(url_, one);
  ASSERT_TRUE(first.has_value()) << first.error();
  EXPECT_EQ(first->applied, std::vector<std::string>{"0001_first"});
  const auto second = migrate(url_, two);
  ASSERT_TRUE(second.has_value()) << second.error();
  EXPECT_EQ(second->applied, std::vector<std::string>{"0002_second"});
  EXPECT_EQ(second->version, 2);
  const auto third = migrate(url_, two);
  ASSERT_TRUE(third.has_value()) << third.error();
  EXPECT_TRUE(third->applied.empty());
  EXPECT_EQ(session_.query("SELECT x + y FROM a"), "2");
}

TEST_F(MigrationsTest, AFailedMigrationLeavesNothing) {
  const std::array migrations{kFirst, kBroken};
  const auto report = migrate(url_, migrations);
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().find("0002_broken"), std::string::npos) << report.error();
  EXPECT_NE(report.error().find("no_such_column"), std::string::npos) << report.error();
  EXPECT_EQ(session_.query("SELECT max(version) FROM schema_migration"), "1");
  EXPECT_EQ(session_.query("SELECT to_regclass('b') IS NULL"), "t");
}

TEST_F(MigrationsTest, RefusesAHistoryThatWasRewritten) {
  ASSERT_TRUE(migrate(url_, std::array{kFirst}).has_value());
  const auto report = migrate(url_, std::array{kChanged});
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().find("changed"), std::string::npos) << report.error();
}

TEST_F(MigrationsTest, RefusesADatabaseOfANewerProgram) {
  ASSERT_TRUE(migrate(url_, std::array{kFirst, kSecond}).has_value());
  const auto report = migrate(url_, std::array{kFirst});
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().find("0002_second"), std::string::npos) << report.error();
}

TEST_F(MigrationsTest, InstancesThatStartTogetherTakeTurns) {
  const std::array migrations{kFirst, kSecond};
  std::array<std::expected<MigrationReport, std::string>, 4> reports;
  std::vector<std::thread> instances;
  for (auto& report : reports) {
    instances.emplace_back([&] { report = migrate(url_, migrations); });
  }
  for (std::thread& instance : instances) instance.join();
  std::size_t applied = 0;
  for (const auto& report : reports) {
    ASSERT_TRUE(report.has_value()) << report.error();
    applied += report->applied.size();
  }
  EXPECT_EQ(applied, 2U);
}

TEST_F(MigrationsTest, PendingAreThoseThatAreNotApplied) {
  using Names = std::vector<std::string>;
  const std::array migrations{kFirst, kSecond};
  EXPECT_EQ(pending_migrations(url_, migrations), (Names{"0001_first", "0002_second"}));
  EXPECT_EQ(session_.query("SELECT to_regclass('schema_migration') IS NULL"), "t");
  ASSERT_TRUE(migrate(url_, std::array{kFirst}).has_value());
  EXPECT_EQ(pending_migrations(url_, migrations), Names{"0002_second"});
  ASSERT_TRUE(migrate(url_, migrations).has_value());
  EXPECT_EQ(pending_migrations(url_, migrations), Names{});
}

TEST_F(MigrationsTest, AllMigrationsApplyToAnEmptyDatabase) {
  const auto report = migrate(url_);
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(report->applied.size(), embedded_migrations().size());
  EXPECT_EQ(pending_migrations(url_), std::vector<std::string>{});
}

/// Such as versions made that were never released.
TEST_F(MigrationsTest, ATableOfMigrationsThatSaysNothingOfMannersIsRefused) {
  session_.query(
      "CREATE TABLE schema_migration (version bigint PRIMARY KEY, name text NOT NULL,"
      " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  const auto report = migrate(url_, std::array{kFirst});
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().find("no column additive"), std::string::npos) << report.error();
  EXPECT_EQ(session_.query("SELECT to_regclass('a') IS NULL"), "t");
}

}  // namespace
}  // namespace remit::storage
