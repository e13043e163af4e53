#include "remit/books/checkpointer.hpp"

#include "books_fixture.hpp"
#include "remit/books/ledger_reader.hpp"

namespace remit::books::test {
namespace {

using CheckpointerTest = BooksTest;

TEST_F(CheckpointerTest, CoversWhatIsThereAndThenWhatHasComeSince) {
  EXPECT_EQ(checkpoint(), std::nullopt);
  EXPECT_EQ(session_.query("SELECT count(*) FROM ledger_checkpoint"), "0");
  deposit(3);
  pay(2, tenant_.home().value());
  checkpoint();
  checkpoint();
  deposit(1);
  checkpoint();
  EXPECT_EQ(session_.query("SELECT string_agg(checkpoint_id || ':' || first_posting || '-' || "
                           "through_posting || '=' || postings, ' ' ORDER BY checkpoint_id) "
                           "FROM ledger_checkpoint"),
            "1:1-5=5 2:6-6=1");
  EXPECT_EQ(session_.query("SELECT count(*) FROM ledger_checkpoint a JOIN ledger_checkpoint b "
                           "ON b.checkpoint_id = a.checkpoint_id + 1 "
                           "AND b.previous_hash = a.root_hash"),
            "1");
  const Verdict verdict = verify();
  EXPECT_EQ(verdict.fault, "");
  EXPECT_EQ(verdict.checkpoints, 2);
  EXPECT_EQ(verdict.postings, 6);
  deposit(4);
  EXPECT_EQ(verify().uncovered, 4);
}

TEST_F(CheckpointerTest, MovementsOfWalletsAreCovered) {
  open("alice", 100);
  open("bob", 0);
  create(transfer("alice", "bob", 30));
  EXPECT_EQ(settle(), 1);
  checkpoint();
  EXPECT_EQ(verify().postings, 2);
  EXPECT_EQ(fault(), "");
}

// However pages are cut, and in whichever buckets the postings are.
TEST_F(CheckpointerTest, TheRootDoesNotDependOnPages) {
  const Tenant wide(tenant_.id(), tenant_.home(), 5);
  for (int i = 0; i < 40; ++i) {
    pay(i % 7, (tenant_.home().value() + i % 5) % Bucket::kCount);
    deposit(i % 5);
  }
  deposit(2'300);
  std::optional<Digest> root;
  for (const std::int64_t page : {1, 3, 64, 1'024, 5'000}) {
    LedgerReader reader(lanes_, wide, kBeforeAll, std::numeric_limits<std::int64_t>::max(), page);
    BlockBuilder builder;
    std::int64_t last = 0;
    for (bool has_more = true; has_more;) {
      const auto leaves = remit::test::run(loop_, reader.next()).value();
      has_more = !leaves.empty();
      for (const Leaf& leaf : leaves) {
        EXPECT_GT(leaf.posting_id, std::exchange(last, leaf.posting_id));
        builder.add(leaf);
      }
    }
    EXPECT_EQ(std::to_string(builder.leaves()),
              session_.query("SELECT (SELECT count(*) FROM posting) + "
                             "(SELECT count(*) FROM wallet_posting)"));
    const Digest own = root_of(builder.finish());
    EXPECT_EQ(root.value_or(own), own) << page;
    root = own;
  }
  checkpoint(wide);
  EXPECT_EQ(session_.query("SELECT encode(merkle_root, 'hex') FROM ledger_checkpoint"),
            to_hex(root.value()));
}

class CheckpointSizeTest : public BooksTest {
 protected:
  CheckpointSizeTest()
      : BooksTest(CheckpointSettings{.interval = Duration{0}, .most_postings = 100, .page = 30}) {}
};

TEST_F(CheckpointSizeTest, TheRestOfALargeOneIsTheNextOnes) {
  deposit(250);
  for (int i = 0; i < 4; ++i) checkpoint();
  EXPECT_EQ(session_.query("SELECT string_agg(postings::text, ' ' ORDER BY checkpoint_id) "
                           "FROM ledger_checkpoint"),
            "120 120 10");
  EXPECT_EQ(verify(50).postings, 250);
}

class CheckpointIntervalTest : public BooksTest {
 protected:
  CheckpointIntervalTest() : BooksTest(CheckpointSettings{.interval = std::chrono::hours(1)}) {}
};

TEST_F(CheckpointIntervalTest, ThereIsOneInEachIntervalAtMost) {
  deposit(1);
  checkpoint();
  deposit(1);
  const auto rest = checkpoint();
  ASSERT_TRUE(rest.has_value());
  EXPECT_GT(*rest, std::chrono::minutes(59));
  EXPECT_EQ(session_.query("SELECT count(*) FROM ledger_checkpoint"), "1");
}

// The gap below the bound may still be filled by a transaction that has not ended.
TEST_F(CheckpointerTest, WaitsForThoseWhoMayStillPostBelowTheBound) {
  deposit(1);
  remit::test::PostgresSession other(url_);
  other.query(
      "BEGIN; INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, "
      "debit_account, credit_account, amount, currency, posted_at) VALUES (" +
      home() + ", 1, gen_random_uuid(), 1, 1, 'intake', 'a', 'b', 7, 'EUR', now())");
  deposit(1);
  const auto find = [this] { return remit::test::run(loop_, checkpointer_.find_bound()).value(); };
  EXPECT_EQ(find(), std::nullopt);
  remit::test::PostgresSession later(url_);
  later.query(
      "BEGIN; INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, "
      "debit_account, credit_account, amount, currency, posted_at) VALUES (" +
      home() + ", 1, gen_random_uuid(), 1, 1, 'intake', 'a', 'b', 8, 'EUR', now())");
  EXPECT_EQ(find(), std::nullopt);
  other.query("COMMIT");
  // It is not put off by those who have begun since.
  EXPECT_EQ(find(), 3);
  EXPECT_EQ(remit::test::run(loop_, checkpointer_.extend(tenant_, 3)).value(), std::nullopt);
  later.query("COMMIT");
  EXPECT_EQ(verify().postings, 3);
  EXPECT_EQ(verify().uncovered, 1);
  EXPECT_EQ(fault(), "");
}

TEST_F(CheckpointerTest, ARollbackLeavesAHoleThatNothingFills) {
  remit::test::PostgresSession other(url_);
  other.query("BEGIN; SELECT nextval('posting_number')");
  other.query("ROLLBACK");
  deposit(1);
  checkpoint();
  EXPECT_EQ(verify().postings, 1);
}

TEST_F(CheckpointerTest, TwoInstancesMakeItOnce) {
  deposit(5);
  Checkpointer second({loop_.get_executor(), alarms_, clock_}, {lanes_, ids_, clock_},
                      {.interval = Duration{0}});
  std::vector<Block> blocks(1);
  const auto last = run<FindLastCheckpoint>(tenant_).value();
  EXPECT_FALSE(last.has_value());
  checkpoint();
  // What the other has computed from the same last one.
  Checkpoint late{.id = 1, .first_posting = 1, .through_posting = 4, .postings = 4};
  blocks[0].marks = std::string(4 * kMarkSize, ' ');
  EXPECT_FALSE(
      run<InsertCheckpoint>({.tenant = tenant_, .checkpoint = late, .blocks = blocks}).value());
  EXPECT_EQ(remit::test::run(loop_, second.extend(tenant_, 5)).value(), std::nullopt);
  EXPECT_EQ(verify().checkpoints, 1);
  EXPECT_EQ(fault(), "");
}

TEST_F(CheckpointerTest, NumbersThatAreHandedOutInAdvanceAreRefused) {
  query("ALTER SEQUENCE posting_number CACHE 10");
  EXPECT_EQ(remit::test::run(loop_, checkpointer_.find_bound()).error().code, kInternal);
}

TEST_F(CheckpointerTest, TheJobMakesThemByItself) {
  deposit(3);
  checkpointer_.job().start();
  remit::test::run_until(loop_, [this] { return checkpointer_.made() == 1; });
  deposit(2);
  remit::test::run_until(loop_, [this] { return checkpointer_.covered() == 5; });
  checkpointer_.job().stop();
  EXPECT_TRUE(remit::test::run(loop_, checkpointer_.job().ended(std::chrono::seconds(5))));
}

// A tenant that cannot have its checkpoint does not keep others from theirs.
TEST_F(CheckpointerTest, AFailureIsItsTenantsAlone) {
  deposit(1);
  query(
      "INSERT INTO tenant (tenant_id, name, home, spread, created_at) "
      "VALUES (2, 'second', 7, 1, now())");
  query(
      "INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account, "
      "credit_account, amount, currency, posted_at) VALUES (7, 2, gen_random_uuid(), 1, 1, "
      "'intake', 'a', 'b', 7, 'EUR', now())");
  query("ALTER TABLE ledger_block ADD CHECK (tenant_id <> 1)");
  checkpointer_.job().start();
  remit::test::run_until(loop_, [this] { return checkpointer_.made() == 1; });
  EXPECT_EQ(session_.query("SELECT string_agg(tenant_id::text, ' ') FROM ledger_checkpoint"), "2");
  checkpointer_.job().stop();
  EXPECT_TRUE(remit::test::run(loop_, checkpointer_.job().ended(std::chrono::seconds(5))));
}

TEST_F(CheckpointerTest, TheDatabaseRefusesToChangeThem) {
  deposit(1);
  checkpoint();
  for (const std::string table : {"ledger_checkpoint", "ledger_block"}) {
    EXPECT_THROW(query("UPDATE " + table + " SET first_posting = 0"), std::runtime_error);
    EXPECT_THROW(query("DELETE FROM " + table), std::runtime_error);
    EXPECT_THROW(query("TRUNCATE " + table), std::runtime_error);
  }
}

}  // namespace
}  // namespace remit::books::test
