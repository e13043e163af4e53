// Lanes over a database that does not respond: connections stay, answers do not come.

#include "command_queues.hpp"
#include "lanes_fixture.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::storage {
namespace {

/// Takes longer than a lane waits for an answer; it may, since it says so.
struct TakeASecond {
  static constexpr std::string_view kName = "take_a_second";
  static constexpr OperationTraits kTraits{.limit = std::chrono::seconds(60)};
  struct Input {};
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<TakeASecond>> slots) {
    static constexpr Statement kSleep{"sleep", "SELECT pg_sleep(1)"};
    transaction.execute(kSleep);
    for (auto& slot : slots) slot.output = true;
  }
};

class SilenceTest : public LanesTest {
 protected:
  SilenceTest() : LanesTest(own_cluster()) {
    LaneSettings impatient = settings();
    impatient.lanes = 1;
    impatient.statement_timeout = std::chrono::milliseconds(200);
    impatient.grace = std::chrono::milliseconds(200);
    lanes_ = make_lanes(impatient);
    EXPECT_TRUE(ping(*lanes_).has_value());
  }
  ~SilenceTest() override { cluster_.thaw(); }

  static test::PostgresCluster& own_cluster() {
    static test::PostgresCluster cluster;
    return cluster;
  }
  static ProblemCode code_of(const Result<bool>& result) {
    return result ? ProblemCode{"", 0, ""} : result.error().code;
  }

  std::unique_ptr<Lanes> lanes_;
};

TEST_F(SilenceTest, ACommitWithoutAnAnswerIsOfUnknownOutcome) {
  cluster_.freeze();
  const Result<bool> result = run<PutNote>(*lanes_, {1, "text"});
  EXPECT_EQ(code_of(result), kOutcomeUnknown);
  EXPECT_EQ(lanes_->statistics().unknown, 1);
}

TEST_F(SilenceTest, CommandsThatWereNotCommittingAreUnavailable) {
  cluster_.freeze();
  EXPECT_EQ(code_of(run<SaveNote>(*lanes_, {1, "text"})), kUnavailable);
  const Result<std::optional<std::string>> read = run<ReadNote>(*lanes_, 1);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, kUnavailable);
}

TEST_F(SilenceTest, ADatabaseThatGoesOnIsUsedAgain) {
  cluster_.freeze();
  EXPECT_FALSE(run<PutNote>(*lanes_, {1, "text"}).has_value());
  cluster_.thaw();
  run_until_seen([&] { return run<PutNote>(*lanes_, {2, "text"}).has_value(); });
}

TEST_F(SilenceTest, AnOperationThatSaysSoMayTakeLonger) {
  EXPECT_EQ(run<TakeASecond>(*lanes_, {}), Result<bool>(true));
}

TEST_F(SilenceTest, ClosingDoesNotWaitForASilentDatabase) {
  LaneSettings patient = settings();
  patient.lanes = 2;
  const auto lanes = make_lanes(patient);
  ASSERT_TRUE(run<PutNote>(*lanes, {1, "text"}).has_value());
  cluster_.freeze();
  const auto running = begin<PutNote>(*lanes, {2, "text"});
  run_until_seen([&] { return lanes->statistics().queued == 0; });
  EXPECT_TRUE(test::run(loop_, lanes->close(std::chrono::milliseconds(50))));
  run_until([&] { return running->has_value(); });
  EXPECT_FALSE((*running)->has_value());
}

TEST_F(SilenceTest, ClosingWaitsForNoConnectionThatIsBeingMade) {
  cluster_.freeze();
  const auto lanes = make_lanes(settings());
  const auto queued = begin<PutNote>(*lanes, {1, "text"});
  run_until_seen([&] { return lanes->statistics().queued == 1; });
  EXPECT_TRUE(test::run(loop_, lanes->close(std::chrono::milliseconds(50))));
  run_until([&] { return queued->has_value(); });
  EXPECT_EQ(code_of(**queued), kUnavailable);
}

/// One statement for all of a batch: whose fault it is that it takes too long is found out.
TEST_F(SilenceTest, AStatementThatTakesTooLongFailsItsOwnCommandAlone) {
  session_.query("INSERT INTO note SELECT id, 'text' FROM generate_series(1, 20) AS id");
  session_.query(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN PERFORM pg_sleep(30); RETURN NEW; END$$");
  session_.query(
      "CREATE TRIGGER slow BEFORE UPDATE ON note FOR EACH ROW WHEN (new.id = 7)"
      " EXECUTE FUNCTION slow()");
  LaneSettings one = settings();
  one.lanes = 1;
  one.statement_timeout = std::chrono::seconds(2);
  const auto lanes = make_lanes(one);
  std::vector<std::shared_ptr<std::optional<Result<bool>>>> results;
  for (std::int64_t id = 1; id <= 20; ++id) results.push_back(begin<PutNote>(*lanes, {id, "text"}));
  for (std::size_t i = 0; i < results.size(); ++i) {
    run_until([&] { return results[i]->has_value(); });
    EXPECT_EQ((*results[i])->has_value(), i != 6) << i;
  }
  EXPECT_EQ(code_of(**results[6]), kUnavailable);
}

/// After a number of timeouts it is the database that is slow, and no command is to blame.
TEST_F(SilenceTest, TheRestIsRefusedWhenEveryStatementTakesTooLong) {
  session_.query("CREATE SEQUENCE tried");
  session_.query(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN PERFORM nextval('tried'); PERFORM pg_sleep(30); RETURN NULL; END$$");
  session_.query("CREATE TRIGGER slow BEFORE INSERT ON note EXECUTE FUNCTION slow()");
  constexpr std::int64_t kCommands = CommandQueues::kMinBatch;  // one batch
  std::vector<std::shared_ptr<std::optional<Result<bool>>>> results;
  for (std::int64_t id = 1; id <= kCommands; ++id) {
    results.push_back(begin<PutNote>(*lanes_, {id, "text"}));
  }
  for (const auto& result : results) {
    run_until([&] { return result->has_value(); });
    EXPECT_EQ(code_of(**result), kUnavailable);
  }
  EXPECT_EQ(session_.query("SELECT last_value FROM tried"), "13");
}

}  // namespace
}  // namespace remit::storage
