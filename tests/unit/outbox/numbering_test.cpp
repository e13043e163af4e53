#include <algorithm>

#include "outbox_fixture.hpp"

namespace remit::outbox {
namespace {

using Numbers = std::vector<std::string>;
using remit::test::PostgresSession;
using test::kFirst;

class NumberingTest : public test::OutboxTest {
 protected:
  void SetUp() override {
    session_.query(
        "INSERT INTO tenant (tenant_id, name, home, spread, created_at)"
        " VALUES (2, 'other', 4, 1, now()), (7, 'wide', 1022, 4, now())");
  }
};

TEST_F(NumberingTest, FactsHaveNoNumberBeforeTheyAreGivenOne) {
  write(session_, "a.a");
  EXPECT_EQ(read(), Numbers{});
  EXPECT_EQ(number().batches, 1);
  EXPECT_EQ(read(), Numbers{"1 a.a"});
  EXPECT_EQ(number().batches, 0);
  EXPECT_EQ(read(), Numbers{"1 a.a"});
}

TEST_F(NumberingTest, ATransactionThatFailsLeavesNoHole) {
  session_.query("BEGIN");
  write(session_, "a.lost");
  session_.query("ROLLBACK");
  write(session_, "a.a");
  session_.query("BEGIN");
  write(session_, "a.lost");
  session_.query("ROLLBACK");
  write(session_, "a.b");
  number();
  EXPECT_EQ(read(), (Numbers{"1 a.a", "2 a.b"}));
}

TEST_F(NumberingTest, AFactThatIsCommittedLateComesLateAndDelaysNoOther) {
  PostgresSession slow(url_);
  slow.query("BEGIN");
  write(slow, "a.late");
  write(session_, "a.a");
  number();
  EXPECT_EQ(read(), Numbers{"1 a.a"});
  slow.query("COMMIT");
  number();
  EXPECT_EQ(read(), (Numbers{"1 a.a", "2 a.late"}));
}

TEST_F(NumberingTest, ALongTransactionElsewhereDelaysNothing) {
  PostgresSession slow(url_);
  slow.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current()");
  write(session_, "a.a");
  number();
  EXPECT_EQ(read(), Numbers{"1 a.a"});
  slow.query("COMMIT");
}

// The first had its transaction id before the second and wrote after it: the second's fact is the
// earlier one, whatever the ids say.
TEST_F(NumberingTest, TheOrderIsThatOfTheWritesNotOfTheTransactions) {
  PostgresSession first(url_);
  first.query("BEGIN; SELECT txid_current()");
  write(session_, "a.earlier");
  write(first, "a.later");
  first.query("COMMIT");
  number();
  EXPECT_EQ(read(), (Numbers{"1 a.earlier", "2 a.later"}));
}

TEST_F(NumberingTest, EachTenantHasItsOwnNumbers) {
  write(session_, "a.a");
  write(session_, "b.a", TenantId(2), 4);
  write(session_, "a.b");
  const NumberFacts::Output given = number();
  EXPECT_EQ(given.last, (std::map<TenantId, std::int64_t>{{kFirstTenant, 2}, {TenantId(2), 1}}));
  EXPECT_EQ(read(), (Numbers{"1 a.a", "2 a.b"}));
  EXPECT_EQ(read(Tenant(TenantId(2), Bucket(4), 1)), Numbers{"1 b.a"});
}

TEST_F(NumberingTest, AWideTenantHasOneSequenceOverAllItsBuckets) {
  const Tenant wide(TenantId(7), Bucket(1022), 4);
  for (const Bucket bucket : wide.buckets()) write(session_, "w.a", wide, bucket.value());
  number();
  EXPECT_EQ(read(wide), (Numbers{"1 w.a", "2 w.a", "3 w.a", "4 w.a"}));
}

TEST_F(NumberingTest, OneWhoseTurnItIsNotGivesNoNumbers) {
  ASSERT_TRUE(number().is_ours);
  write(session_, "a.a");
  const NumberFacts::Output given = number(ids_.next());
  EXPECT_FALSE(given.is_ours);
  EXPECT_EQ(given.batches, 0);
  EXPECT_EQ(read(), Numbers{});
}

TEST_F(NumberingTest, ATurnThatHasEndedIsTakenOverAndItsOwnerDoesNothingMore) {
  number(owner_, Duration{0});
  const Uuid other = ids_.next();
  ASSERT_TRUE(number(other).is_ours);
  write(session_, "a.a");
  EXPECT_FALSE(number(owner_).is_ours);
  EXPECT_TRUE(number(other).is_ours);
  EXPECT_EQ(read(), Numbers{"1 a.a"});
}

TEST_F(NumberingTest, ATurnThatIsLeftIsFreeAtOnce) {
  number();
  const Uuid other = ids_.next();
  ASSERT_TRUE(run<LeaveTurn>({ids_.next()}));
  EXPECT_TRUE(run<LookForFacts>({other, Duration{0}})->is_anothers);
  ASSERT_TRUE(run<LeaveTurn>({owner_}));
  EXPECT_FALSE(run<LookForFacts>({other, Duration{0}})->is_anothers);
  EXPECT_TRUE(number(other).is_ours);
}

// The owner is paused in the middle of its turn, for longer than that lasts.
TEST_F(NumberingTest, AnOwnerThatIsPausedInItsTransactionIsWaitedFor) {
  number(owner_, Duration{0});
  write(session_, "a.a");
  session_.query("BEGIN; UPDATE event_turn SET version = version + 1");
  const auto refused =
      run<NumberFacts>({.owner = ids_.next(), .lease = std::chrono::hours(1), .limit = 10});
  ASSERT_FALSE(refused);
  session_.query("ROLLBACK");
  EXPECT_EQ(number(ids_.next()).batches, 1);
  EXPECT_EQ(read(), Numbers{"1 a.a"});
}

TEST_F(NumberingTest, ALookTellsWhetherThereIsSomethingToDo) {
  EXPECT_FALSE(run<LookForFacts>({owner_, Duration{0}})->oldest);
  EXPECT_TRUE(run<LookForFacts>({owner_, Duration{0}})->is_ending) << "before the first turn";
  write(session_, "a.a");
  EXPECT_TRUE(run<LookForFacts>({owner_, Duration{0}})->oldest);
  number();
  const auto seen = run<LookForFacts>({owner_, std::chrono::seconds(1)}).value();
  EXPECT_FALSE(seen.oldest);
  EXPECT_FALSE(seen.is_ending);
  EXPECT_TRUE(run<LookForFacts>({owner_, std::chrono::hours(2)})->is_ending);
}

TEST_F(NumberingTest, NumbersGoOnWhereALimitedTurnEnded) {
  for (int i = 0; i < 5; ++i) write(session_, "a.a");
  EXPECT_EQ(number(owner_, std::chrono::hours(1), 2).batches, 2);
  EXPECT_EQ(number(owner_, std::chrono::hours(1), 2).batches, 2);
  EXPECT_EQ(number(owner_, std::chrono::hours(1), 2).batches, 1);
  EXPECT_EQ(read().back(), "5 a.a");
  EXPECT_EQ(run<FindLastEvents>({{kFirst}}).value().at(kFirstTenant), 5);
}

TEST_F(NumberingTest, APageBeginsWithinABodyAndIsAsLongAsWanted) {
  for (int i = 0; i < 6; ++i) write(session_, "a.a");
  number();
  EXPECT_EQ(read(kFirst, 4), (Numbers{"5 a.a", "6 a.a"}));
  EXPECT_EQ(read(kFirst, 6), Numbers{});
  EXPECT_EQ(read(kFirst, 600), Numbers{});
  EXPECT_GE(read(kFirst, 0, 2).size(), 2U);
  EXPECT_LT(read(kFirst, 0, 2).size(), 6U);
}

TEST_F(NumberingTest, OldPartitionsAreRemovedAndNewOnesMade) {
  write(session_, "a.a");
  number();
  EXPECT_EQ(run<KeepEvents>({std::chrono::days(30)}).value(), 0);
  session_.query(
      "CREATE TABLE event_body_2020_01 (LIKE event_body INCLUDING ALL);"
      "ALTER TABLE event_body ATTACH PARTITION event_body_2020_01 FOR VALUES FROM ('2020-01-01') "
      "TO ('2020-02-01')");
  EXPECT_EQ(run<KeepEvents>({std::chrono::days(30)}).value(), 1);
  EXPECT_EQ(session_.query("SELECT count(*) FROM pg_inherits WHERE inhparent = "
                           "'event_body'::regclass"),
            "3");
  EXPECT_EQ(read(), Numbers{"1 a.a"});
}

}  // namespace
}  // namespace remit::outbox
