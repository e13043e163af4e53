// Lanes while the database misbehaves: gone, restarted, silent at the commit, locked, in conflict.

#include <algorithm>

#include "lanes_fixture.hpp"
#include "support/database_proxy.hpp"

namespace remit::storage {
namespace {

class LanesFaultTest : public LanesTest {
 protected:
  LaneSettings one_lane(const std::string& url) const {
    LaneSettings result = settings();
    result.lanes = 1;
    result.url = url;
    return result;
  }
};

class LanesOutageTest : public LanesTest {
 protected:
  LanesOutageTest() : LanesTest(own_cluster()) {}
  ~LanesOutageTest() override { own_cluster().start(); }

  static test::PostgresCluster& own_cluster() {
    static test::PostgresCluster cluster;
    return cluster;
  }
};

TEST_F(LanesOutageTest, RefusesWhileTheDatabaseIsDownAndRecoversByItself) {
  const auto lanes = make_lanes(settings());
  EXPECT_TRUE(run<SaveNote>(*lanes, {1, "before"}).has_value());
  cluster_.stop_immediate();
  for (std::int64_t id = 10; id < 14; ++id) {
    const Result<bool> refused = run<SaveNote>(*lanes, {id, "during"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, kUnavailable);
    EXPECT_TRUE(refused.error().retry_after.has_value());
  }
  EXPECT_FALSE(ping(*lanes).has_value());
  cluster_.start();
  run_until_seen([&] { return run<SaveNote>(*lanes, {2, "after"}).has_value(); });
  EXPECT_EQ(run<ReadNote>(*lanes, 1).value(), "before");
  EXPECT_EQ(run<ReadNote>(*lanes, 10).value(), std::nullopt);
}

TEST_F(LanesOutageTest, StartsWithoutADatabaseAndWaitsForIt) {
  cluster_.stop_fast();
  const auto lanes = make_lanes(settings());
  const Result<bool> refused = run<SaveNote>(*lanes, {1, "during"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, kUnavailable);
  cluster_.start();
  run_until_seen([&] { return run<SaveNote>(*lanes, {1, "after"}).has_value(); });
}

TEST_F(LanesOutageTest, ARestartBetweenTwoCommandsIsNotNoticed) {
  const auto lanes = make_lanes(settings());
  EXPECT_TRUE(run<SaveNote>(*lanes, {1, "before"}).has_value());
  cluster_.stop_fast();
  cluster_.start();
  for (std::int64_t id = 2; id < 8; ++id) {
    EXPECT_EQ(run<SaveNote>(*lanes, {id, "after"}), Result<bool>(true));
  }
}

TEST_F(LanesFaultTest, ALostAnswerToCommitLeavesTheOutcomeUnknown) {
  test::DatabaseProxy proxy(cluster_.socket_folder());
  const auto lanes = make_lanes(one_lane(proxy.url_through(url_)));
  EXPECT_TRUE(run<SaveNote>(*lanes, {1, "before"}).has_value());
  proxy.arm(test::CommitFault::lose_answer);
  const Result<bool> result = run<SaveNote>(*lanes, {2, "perhaps"});
  ASSERT_EQ(proxy.faults_done(), 1);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, kOutcomeUnknown);
  EXPECT_EQ(lanes->statistics().unknown, 1);
  EXPECT_EQ(session_.query("SELECT count(*) FROM note WHERE id = 2"), "1");
  EXPECT_EQ(run<SaveNote>(*lanes, {2, "again"}), Result<bool>(false));
}

TEST_F(LanesFaultTest, ALostCommitLeavesTheOutcomeUnknownToo) {
  test::DatabaseProxy proxy(cluster_.socket_folder());
  const auto lanes = make_lanes(one_lane(proxy.url_through(url_)));
  proxy.arm(test::CommitFault::lose_request);
  const Result<bool> result = run<SaveNote>(*lanes, {2, "perhaps"});
  ASSERT_EQ(proxy.faults_done(), 1);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, kOutcomeUnknown);
  EXPECT_EQ(run<SaveNote>(*lanes, {2, "again"}), Result<bool>(true));
}

TEST_F(LanesFaultTest, ALinkCutBeforeTheCommitIsMadeGoodByOneMoreRun) {
  const auto lanes = make_lanes(one_lane(url_));
  const auto saved = begin<SaveNote>(*lanes, {1, "text"});
  const auto touched = begin_and_pause(*lanes, {TouchNotes::kPause, 1});
  session_.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name = 'test-lanes'");
  end_pause();
  run_until([&] { return *touched && *saved; });
  EXPECT_TRUE((*touched)->has_value());
  EXPECT_EQ(**saved, Result<bool>(true));
  EXPECT_EQ(lanes->statistics().connects, 2);
}

TEST_F(LanesFaultTest, ALockedRowIsAConflictForItsCommandAlone) {
  session_.query("INSERT INTO note SELECT id, 'text' FROM generate_series(1, 20) AS id");
  session_.query("BEGIN; UPDATE note SET text = 'held' WHERE id = 7");
  const auto lanes = make_lanes(one_lane(url_));
  std::vector<std::shared_ptr<std::optional<Result<void>>>> results;
  for (std::int64_t id = 1; id <= 20; ++id) results.push_back(begin<TouchNotes>(*lanes, {id}));
  run_until([&] {
    return std::ranges::all_of(results, [](const auto& each) { return each->has_value(); });
  });
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Result<void>& result = **results[i];
    EXPECT_EQ(result.has_value(), i != 6) << i;
    if (!result) {
      EXPECT_EQ(result.error().code, kRequestInProgress);
      EXPECT_EQ(result.error().code.status, 409);
    }
  }
  session_.query("ROLLBACK");
  EXPECT_EQ(session_.query("SELECT count(*) FROM note WHERE text = 'text+'"), "19");
}

TEST_F(LanesFaultTest, ALockedTableIsNotARequestInProgress) {
  session_.query("INSERT INTO note VALUES (1, 'text')");
  session_.query("BEGIN; LOCK TABLE note");
  const auto lanes = make_lanes(one_lane(url_));
  const auto touched = begin<TouchNotes>(*lanes, {1});
  run_until([&] { return touched->has_value(); });
  ASSERT_FALSE((*touched)->has_value());
  EXPECT_EQ((*touched)->error().code, kUnavailable);
  EXPECT_TRUE((*touched)->error().retry_after);
  session_.query("ROLLBACK");
}

TEST_F(LanesFaultTest, AnUnsupportedStatementIsADefectOfItsCommandAlone) {
  session_.query(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN RAISE 'not here' USING ERRCODE = 'feature_not_supported'; END$$");
  session_.query(
      "CREATE TRIGGER refuse BEFORE INSERT ON note FOR EACH ROW WHEN (new.text = 'unsupported')"
      " EXECUTE FUNCTION refuse()");
  const auto lanes = make_lanes(one_lane(url_));
  const auto other = begin<SaveNote>(*lanes, {1, "text"});
  const auto refused = begin<SaveNote>(*lanes, {2, "unsupported"});
  run_until([&] { return *other && *refused; });
  EXPECT_EQ(**other, Result<bool>(true));
  ASSERT_FALSE((*refused)->has_value());
  EXPECT_EQ((*refused)->error().code, kInternal);
  EXPECT_EQ(lanes->statistics().connects, 1) << "the connection is as good as before";
}

TEST_F(LanesFaultTest, ADeadlockIsRunAgain) {
  session_.query("INSERT INTO note VALUES (1, 'a'), (2, 'b')");
  // The lane closes the circle, and its check finds it: the lane is the one that gives way.
  session_.query("SET deadlock_timeout = '1min'");
  session_.query("BEGIN; UPDATE note SET text = 'b-' WHERE id = 2");
  const auto lanes = make_lanes(one_lane(url_));
  const auto touched = begin_and_pause(*lanes, {1, TouchNotes::kPause, 2});
  session_.send("UPDATE note SET text = 'a-' WHERE id = 1; COMMIT");
  test::PostgresSession observer(url_);
  run_until_seen([&] {
    return observer.query(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
               " AND wait_event_type = 'Lock'") == "1";
  });
  end_pause();
  session_.receive();
  run_until([&] { return touched->has_value(); });
  EXPECT_TRUE((*touched)->has_value());
  EXPECT_GE(lanes->statistics().reruns, 1);  // It may win the race for row 1 again, and lose it.
  EXPECT_EQ(session_.query("SELECT string_agg(text, ',' ORDER BY id) FROM note"), "a-+,b-+");
}

}  // namespace
}  // namespace remit::storage
