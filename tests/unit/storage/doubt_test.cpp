// A command whose commit was lost is run again; whatever that comes to, nobody is told that nothing
// was done.

#include <algorithm>
#include <map>

#include "lanes_fixture.hpp"
#include "support/database_proxy.hpp"

namespace remit::storage {
namespace {

class DoubtTest : public LanesTest {
 protected:
  DoubtTest() : proxy_(cluster_.socket_folder()) {
    LaneSettings one = settings();
    one.lanes = 1;
    one.url = proxy_.url_through(url_);
    lanes_ = make_lanes(one);
    EXPECT_TRUE(ping(*lanes_).has_value());
  }

  Result<bool> put(test::CommitFault fault, const std::string& text) {
    proxy_.arm(fault);
    const Result<bool> result = run<PutNote>(*lanes_, {1, text});
    EXPECT_EQ(proxy_.faults_done(), 1);
    return result;
  }
  void expect_doubt(const Result<bool>& result) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, kOutcomeUnknown) << result.error().code.name;
    EXPECT_TRUE(result.error().retry_after.has_value());
  }

  test::DatabaseProxy proxy_;
  std::unique_ptr<Lanes> lanes_;
};

TEST_F(DoubtTest, IsEndedByARunThatSucceeds) {
  EXPECT_EQ(put(test::CommitFault::lose_answer, "text"), Result<bool>(true));
  EXPECT_EQ(session_.query("SELECT text FROM note"), "text+");
}

TEST_F(DoubtTest, OutlastsALockThatTheNextRunMeets) {
  session_.query("BEGIN; INSERT INTO note VALUES (1, 'held')");
  expect_doubt(put(test::CommitFault::lose_request, "text"));
  EXPECT_EQ(lanes_->statistics().unknown, 1);
}

TEST_F(DoubtTest, OutlastsAnErrorOfTheNextRun) {
  session_.query("ALTER TABLE note ADD CHECK (length(text) < 5)");
  expect_doubt(put(test::CommitFault::lose_answer, "text"));
  EXPECT_EQ(session_.query("SELECT text FROM note"), "text") << "it was done";
}

TEST_F(DoubtTest, OutlastsARefusalByTheOperationItself) {
  expect_doubt(put(test::CommitFault::lose_answer, "busy"));
}

/// The first statement has committed all there is to commit; only how it went is not known.
TEST_F(DoubtTest, IsRaisedByAnErrorOfALaterStatementOfWhatTheFirstCommitted) {
  std::int64_t id = 0;
  for (const std::string state : {"57014", "53200", "58030", "22012"}) {
    session_.query(
        "CREATE OR REPLACE FUNCTION look(bigint[]) RETURNS int LANGUAGE plpgsql AS "
        "$$BEGIN RAISE SQLSTATE '" +
        state + "'; END$$");
    expect_doubt(run<PutNoteAndLook>(*lanes_, {++id, "text"}));
    EXPECT_EQ(session_.query("SELECT text FROM note WHERE id = " + std::to_string(id)), "text")
        << state;
  }
  EXPECT_EQ(lanes_->statistics().unknown, 4);
}

TEST_F(DoubtTest, IsNotRaisedByAnErrorOfTheStatementThatCommits) {
  const Result<bool> refused = run<PutNoteAndLook>(*lanes_, {1, "poison"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, kInternal) << refused.error().code.name;
}

TEST_F(DoubtTest, IsKeptByEachPartOfABatchThatIsCutInHalves) {
  session_.query("BEGIN; INSERT INTO note VALUES (3, 'held')");
  proxy_.arm(test::CommitFault::lose_request);
  std::map<std::int64_t, std::shared_ptr<std::optional<Result<bool>>>> results;
  for (const std::int64_t id : {3, 1, 2, 4}) results[id] = begin<PutNote>(*lanes_, {id, "text"});
  run_until([&] {
    return std::ranges::all_of(results, [](const auto& each) { return each.second->has_value(); });
  });
  EXPECT_EQ(proxy_.faults_done(), 1);
  for (const auto& [id, result] : results) {
    EXPECT_EQ((*result)->has_value(), id != 3) << id;
    if (id == 3) expect_doubt(**result);
  }
}

}  // namespace
}  // namespace remit::storage
