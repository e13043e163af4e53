// Migrations under a running service: what waits for whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <future>
#include <thread>

#include "remit/storage/migrations.hpp"
#include "support/postgres.hpp"

namespace remit::storage {
namespace {

using testing::HasSubstr;
using testing::Not;
using Outcome = std::expected<MigrationReport, std::string>;

constexpr Migration kFirst{1, "0001_first", "CREATE TABLE a (x int); INSERT INTO a VALUES (1);"};
constexpr Migration kColumn{2, "0002_column", "ALTER TABLE a ADD y int;"};
constexpr Migration kIndex{2, "0002_index",
                           "-- migration: additive, concurrently\n"
                           "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_x ON a (x);\n"
                           "ANALYZE a;"};
constexpr Migration kUnfit{2, "0002_unfit",
                           "-- migration: concurrently\nCREATE INDEX CONCURRENTLY a_x ON a (x);"};
constexpr const char* kTakeTurn = "BEGIN; SELECT 1 FROM schema_migration_turn FOR UPDATE";
constexpr const char* kIndexIsWhole =
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('a_x')";

class MigrationWaitsTest : public testing::Test {
 protected:
  explicit MigrationWaitsTest(test::PostgresCluster& cluster = test::PostgresCluster::shared())
      : cluster_(cluster) {
    EXPECT_TRUE(migrate(url_, std::array{kFirst}).has_value());
    // A test whose promise is broken ends with an error, and not never.
    session_.query("SET statement_timeout = '30s'");
  }

  std::future<Outcome> begin(const Migration& second, MigrationPatience patience = {}) {
    return std::async(std::launch::async, [this, second, patience] {
      return migrate(url_, std::array{kFirst, second}, patience);
    });
  }

  void wait_until(const std::string& sql) {
    while (session_.query(sql) != "t") std::this_thread::yield();
  }
  void wait_for_sessions(int count) {
    wait_until("SELECT count(*) = " + std::to_string(count) +
               " FROM pg_stat_activity WHERE datname = current_database() AND application_name ="
               " 'remit-migrations'");
  }
  void wait_until_blocked() {
    wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'remit-migrations' AND cardinality(pg_blocking_pids(pid)) > 0)");
  }
  std::string pid_of(test::PostgresSession& session) {
    return "pid " + session.query("SELECT pg_backend_pid()");
  }

  test::PostgresCluster& cluster_;
  const std::string url_ = cluster_.url();
  test::PostgresSession session_{url_};
  test::PostgresSession other_{url_};
};

class MigrationStillnessTest : public MigrationWaitsTest {
 protected:
  MigrationStillnessTest() : MigrationWaitsTest(own_cluster()) {}
  ~MigrationStillnessTest() override { cluster_.thaw(); }

  static test::PostgresCluster& own_cluster() {
    static test::PostgresCluster cluster;
    return cluster;
  }
};

TEST_F(MigrationWaitsTest, WithoutPendingMigrationsNothingWaits) {
  other_.query(kTakeTurn);
  const Outcome report = migrate(url_, std::array{kFirst});
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_TRUE(report->applied.empty());
  EXPECT_EQ(report->version, 1);
}

/// As pg_dump does for as long as it runs.
TEST_F(MigrationWaitsTest, ReadersOfTheMigrationTableBlockNothing) {
  other_.query("BEGIN; SELECT * FROM schema_migration");
  const Outcome report = migrate(url_, std::array{kFirst, kColumn});
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(report->version, 2);
}

TEST_F(MigrationWaitsTest, ATurnThatDoesNotComeIsGivenUpAndItsHolderNamed) {
  other_.query(std::string("SET application_name = 'somebody';") + kTakeTurn);
  const Outcome report = migrate(url_, std::array{kFirst, kColumn},
                                 {.stop = {}, .longest_wait = std::chrono::milliseconds(100)});
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr(pid_of(other_)));
  EXPECT_THAT(report.error(), HasSubstr("somebody"));
}

TEST_F(MigrationWaitsTest, ARequestToStopEndsTheWaitForATurn) {
  other_.query(kTakeTurn);
  std::stop_source stop;
  std::future<Outcome> migrating = begin(kColumn, {.stop = stop.get_token()});
  wait_for_sessions(1);
  stop.request_stop();
  EXPECT_FALSE(migrating.get().has_value());
}

TEST_F(MigrationWaitsTest, ATurnThatComesIsTaken) {
  other_.query(kTakeTurn);
  std::future<Outcome> migrating = begin(kColumn);
  wait_for_sessions(1);
  other_.query("COMMIT");
  const Outcome report = migrating.get();
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(report->applied, std::vector<std::string>{"0002_column"});
}

TEST_F(MigrationWaitsTest, WhileItWaitsForALockOthersStillGetTheirs) {
  other_.query("BEGIN; SELECT x FROM a");
  std::future<Outcome> migrating =
      begin(kColumn, {.stop = {}, .lock_timeout = std::chrono::milliseconds(200)});
  wait_until_blocked();
  EXPECT_EQ(session_.query("SELECT count(*) FROM a"), "1");
  other_.query("COMMIT");
  const Outcome report = migrating.get();
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(session_.query("SELECT count(y) FROM a"), "0");
}

TEST_F(MigrationWaitsTest, ALockThatDoesNotComeIsGivenUpAndItsHolderNamed) {
  other_.query("SET application_name = 'somebody'; BEGIN; SELECT x FROM a");
  const Outcome report = migrate(url_, std::array{kFirst, kColumn},
                                 {.stop = {},
                                  .lock_timeout = std::chrono::hours(1),
                                  .longest_wait = std::chrono::milliseconds(50)});
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr("0002_column"));
  EXPECT_THAT(report.error(), HasSubstr(pid_of(other_)));
  EXPECT_THAT(report.error(), HasSubstr("somebody, idle in transaction"));
  EXPECT_EQ(session_.query("SELECT max(version) FROM schema_migration"), "1");
}

TEST_F(MigrationWaitsTest, ARequestToStopEndsTheWaitForALock) {
  other_.query("BEGIN; SELECT x FROM a");
  std::stop_source stop;
  std::future<Outcome> migrating =
      begin(kColumn, {.stop = stop.get_token(), .lock_timeout = std::chrono::hours(1)});
  wait_until_blocked();
  stop.request_stop();
  EXPECT_FALSE(migrating.get().has_value());
  EXPECT_EQ(session_.query("SELECT max(version) FROM schema_migration"), "1");
}

TEST_F(MigrationWaitsTest, ACancellationByAnybodyElseIsSaidToBeOne) {
  other_.query("BEGIN; SELECT x FROM a");
  std::future<Outcome> migrating =
      begin(kColumn, {.stop = {}, .lock_timeout = std::chrono::hours(1)});
  wait_until_blocked();
  session_.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
      " AND application_name = 'remit-migrations' AND cardinality(pg_blocking_pids(pid)) > 0");
  const Outcome report = migrating.get();
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr("somebody cancelled it"));
  EXPECT_THAT(report.error(), Not(HasSubstr("longer than")));
}

TEST_F(MigrationStillnessTest, AStopEndsTheWaitForASilentDatabase) {
  other_.query("BEGIN; SELECT x FROM a");
  std::stop_source stop;
  std::future<Outcome> migrating = begin(kColumn, {.stop = stop.get_token(),
                                                   .lock_timeout = std::chrono::hours(1),
                                                   .stop_timeout = std::chrono::milliseconds(50)});
  wait_until_blocked();
  cluster_.freeze();
  stop.request_stop();
  EXPECT_FALSE(migrating.get().has_value());
}

TEST_F(MigrationWaitsTest, AnIndexIsBuiltWhileOthersWrite) {
  other_.query("BEGIN; INSERT INTO a VALUES (2)");
  std::future<Outcome> migrating = begin(kIndex);
  wait_until_blocked();
  session_.query("INSERT INTO a VALUES (3)");
  other_.query("COMMIT");
  const Outcome report = migrating.get();
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(session_.query(kIndexIsWhole), "t");
  EXPECT_EQ(session_.query("SELECT additive FROM schema_migration WHERE version = 2"), "t");
}

/// The session that holds the turn must have no snapshot, whatever the database's settings say.
TEST_F(MigrationWaitsTest, AnIndexIsBuiltUnderTheTurnOfADatabaseThatRepeatsReads) {
  session_.query("ALTER DATABASE " + session_.query("SELECT current_database()") +
                 " SET default_transaction_isolation = 'repeatable read'");
  const Outcome report = migrate(url_, std::array{kFirst, kIndex},
                                 {.stop = {}, .longest_wait = std::chrono::seconds(5)});
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(session_.query(kIndexIsWhole), "t");
}

TEST_F(MigrationWaitsTest, SeveralThatBeginAnEmptyDatabaseTakeTurns) {
  const std::string url = cluster_.url();
  std::vector<std::future<Outcome>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(std::async(std::launch::async,
                             [&url] { return migrate(url, std::array{kFirst, kColumn}); }));
  }
  std::size_t applied = 0;
  for (auto& one : all) {
    const Outcome report = one.get();
    ASSERT_TRUE(report.has_value()) << report.error();
    applied += report->applied.size();
  }
  EXPECT_EQ(applied, 2U);
}

/// Somebody else may have it by then.
TEST_F(MigrationWaitsTest, ATurnThatIsLostUndoesTheMigration) {
  other_.query("BEGIN; SELECT x FROM a");
  std::future<Outcome> migrating =
      begin(kColumn, {.stop = {}, .lock_timeout = std::chrono::hours(1)});
  wait_until_blocked();
  session_.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name = 'remit-migration-turn'");
  other_.query("COMMIT");
  const Outcome report = migrating.get();
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr("turn"));
  EXPECT_EQ(session_.query("SELECT max(version) FROM schema_migration"), "1");
  EXPECT_TRUE(migrate(url_, std::array{kFirst, kColumn}).has_value());
}

/// An instance that waits for its turn must not block the index, which waits for older
/// transactions.
TEST_F(MigrationWaitsTest, AnIndexIsBuiltWhileAnotherInstanceWaitsForIt) {
  other_.query("BEGIN; INSERT INTO a VALUES (2)");
  std::future<Outcome> first = begin(kIndex);
  wait_until_blocked();
  std::future<Outcome> second = begin(kIndex);
  wait_for_sessions(2);
  other_.query("COMMIT");
  const Outcome one = first.get();
  const Outcome two = second.get();
  ASSERT_TRUE(one.has_value()) << one.error();
  ASSERT_TRUE(two.has_value()) << two.error();
  EXPECT_EQ(one->applied.size() + two->applied.size(), 1U);
}

TEST_F(MigrationWaitsTest, AnIndexThatWasLeftHalfBuiltIsBuiltAgain) {
  session_.query("INSERT INTO a VALUES (1)");
  const Outcome failed = migrate(url_, std::array{kFirst, kIndex});
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error(), HasSubstr("a_x"));
  ASSERT_EQ(session_.query(kIndexIsWhole), "f");
  EXPECT_EQ(session_.query("SELECT max(version) FROM schema_migration"), "1");
  session_.query("DELETE FROM a WHERE ctid = (SELECT max(ctid) FROM a)");
  const Outcome report = migrate(url_, std::array{kFirst, kIndex});
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(session_.query(kIndexIsWhole), "t");
}

TEST_F(MigrationWaitsTest, AnIndexWhoseTransactionsNeverEndIsGivenUpAndTheyAreNamed) {
  other_.query("BEGIN; INSERT INTO a VALUES (2)");
  const Outcome report = migrate(url_, std::array{kFirst, kIndex},
                                 {.stop = {}, .longest_wait = std::chrono::milliseconds(50)});
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr(pid_of(other_)));
  other_.query("COMMIT");
  EXPECT_TRUE(migrate(url_, std::array{kFirst, kIndex}).has_value());
}

TEST_F(MigrationWaitsTest, UnrepeatableMigrationsAreNotRunConcurrently) {
  const Outcome report = migrate(url_, std::array{kFirst, kUnfit});
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr("IF NOT EXISTS"));
  EXPECT_EQ(session_.query("SELECT to_regclass('a_x') IS NULL"), "t");
}

}  // namespace
}  // namespace remit::storage
