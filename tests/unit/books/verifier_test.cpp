#include "remit/books/verifier.hpp"

#include "books_fixture.hpp"

namespace remit::books::test {
namespace {

/// Two checkpoints: postings 1 to 1500, and 1501 to 3000; of each 150 the last 50 are of payments.
class VerifierTest : public BooksTest {
 protected:
  void SetUp() override {
    for (int checkpoints = 0; checkpoints < 2; ++checkpoints) {
      for (int i = 0; i < 10; ++i) {
        deposit(100);
        pay(50, tenant_.home().value());
      }
      checkpoint();
    }
    ASSERT_EQ(fault(), "");
    ASSERT_EQ(verify().postings, 3'000);
  }

  static std::string of_wallets(int id) {
    return " wallet_posting WHERE posting_id = " + std::to_string(id);
  }
};

TEST_F(VerifierTest, NamesAPostingThatWasChanged) {
  tamper("UPDATE wallet_posting SET amount = amount + 1 WHERE posting_id IN (1532, 1700)");
  EXPECT_EQ(fault(), "posting 1532 was changed (checkpoint 2)");
  EXPECT_EQ(verify().checkpoints, 1);
  EXPECT_EQ(verify().postings, 1'500);
}

TEST_F(VerifierTest, NamesWhateverIsChangedOfAPosting) {
  const std::vector<std::string> changes = {"amount = amount + 1",
                                            "currency = 'EUR'",
                                            "to_after = to_after + 1",
                                            "transaction_id = gen_random_uuid()",
                                            "posted_at = posted_at + interval '1 microsecond'",
                                            "from_wallet = to_wallet, from_after = 0"};
  for (const std::string& change : changes) {
    query("BEGIN");
    query("SET LOCAL session_replication_role = replica");
    query("CREATE TEMPORARY TABLE kept AS SELECT * FROM" + of_wallets(7));
    query("UPDATE wallet_posting SET " + change + " WHERE posting_id = 7; COMMIT");
    EXPECT_EQ(fault(), "posting 7 was changed (checkpoint 1)") << change;
    tamper("DELETE FROM" + of_wallets(7) + "; INSERT INTO wallet_posting SELECT * FROM kept");
    query("DROP TABLE kept");
    EXPECT_EQ(fault(), "");
  }
  tamper("UPDATE posting SET credit_account = 'exchange' WHERE posting_id = 121");
  EXPECT_EQ(fault(), "posting 121 was changed (checkpoint 1)");
}

TEST_F(VerifierTest, NamesAPostingThatWasRemoved) {
  tamper("DELETE FROM posting WHERE posting_id = 1630");
  EXPECT_EQ(fault(), "posting 1630 was removed (checkpoint 2)");
  tamper("DELETE FROM" + of_wallets(1));
  EXPECT_EQ(fault(), "posting 1 was removed (checkpoint 1)");
}

TEST_F(VerifierTest, NamesTheLastPostingWhenItWasRemoved) {
  tamper("DELETE FROM posting WHERE posting_id = 3000");
  EXPECT_EQ(fault(), "posting 3000 was removed (checkpoint 2)");
  tamper(
      "DELETE FROM posting WHERE posting_id > 1500; "
      "DELETE FROM wallet_posting WHERE posting_id > 1500");
  EXPECT_EQ(fault(), "posting 1501 was removed (checkpoint 2)");
}

TEST_F(VerifierTest, NamesAPostingThatWasAdded) {
  tamper("UPDATE posting SET posting_id = 5000 WHERE posting_id = 3000");
  EXPECT_EQ(fault(), "posting 3000 was removed (checkpoint 2)");
  tamper("UPDATE posting SET posting_id = 3000 WHERE posting_id = 5000");
  EXPECT_EQ(fault(), "");
  // In the range of a checkpoint there are holes: what failed has left them.
  query("SELECT nextval('posting_number'), nextval('posting_number')");
  deposit(1);
  checkpoint();
  ASSERT_EQ(fault(), "");
  tamper(
      "INSERT INTO posting SELECT bucket, tenant_id, gen_random_uuid(), step, line, kind, "
      "debit_account, credit_account, amount, currency, posted_at, 3001 FROM posting "
      "WHERE posting_id = 130");
  EXPECT_EQ(fault(), "posting 3001 was added (checkpoint 3)");
  tamper(
      "INSERT INTO posting SELECT bucket, tenant_id, gen_random_uuid(), step, line, kind, "
      "debit_account, credit_account, amount, currency, posted_at, -4 FROM posting "
      "WHERE posting_id = 130");
  EXPECT_EQ(fault(), "posting -4 was added (checkpoint 1)");
}

TEST_F(VerifierTest, NamesAPostingThatWasAddedBehindTheLastOfACheckpoint) {
  deposit(1);
  query("SELECT nextval('posting_number')");
  checkpoint();  // covers 3002, which is a hole
  deposit(1);
  tamper("UPDATE wallet_posting SET posting_id = 3002 WHERE posting_id = 3003");
  EXPECT_EQ(fault(), "posting 3002 was added (checkpoint 3)");
}

TEST_F(VerifierTest, NamesPostingsThatWerePutInAnotherOrder) {
  tamper(
      "UPDATE wallet_posting SET posting_id = 9000 WHERE posting_id = 4; "
      "UPDATE wallet_posting SET posting_id = 4 WHERE posting_id = 11; "
      "UPDATE wallet_posting SET posting_id = 11 WHERE posting_id = 9000");
  EXPECT_EQ(fault(),
            "posting 4 is what posting 11 was: they were put in another order (checkpoint 1)");
}

TEST_F(VerifierTest, NamesACheckpointThatWasChanged) {
  tamper("UPDATE ledger_checkpoint SET postings = 1499 WHERE checkpoint_id = 1");
  EXPECT_EQ(fault(), "checkpoint 1 was changed");
  tamper("UPDATE ledger_checkpoint SET postings = 1500 WHERE checkpoint_id = 1");
  tamper("UPDATE ledger_checkpoint SET previous_hash = sha256('') WHERE checkpoint_id = 2");
  EXPECT_EQ(fault(), "checkpoint 2 was changed");
}

// One who can write can compute hashes as well; then the chain does not fit.
TEST_F(VerifierTest, NamesACheckpointThatWasReplacedByAnother) {
  auto first = run<ListCheckpoints>({.tenant = tenant_, .limit = 1, .after = 0}).value().front();
  first.merkle_root = first.root_hash;
  tamper("UPDATE ledger_checkpoint SET merkle_root = root_hash, root_hash = decode('" +
         to_hex(root_hash_of(first)) + "', 'hex') WHERE checkpoint_id = 1");
  EXPECT_EQ(fault(), "the blocks of checkpoint 1 were changed");
  tamper("DELETE FROM ledger_checkpoint WHERE checkpoint_id = 1");
  EXPECT_EQ(fault(), "checkpoint 1 was removed");
}

TEST_F(VerifierTest, NamesACheckpointThatDoesNotFollow) {
  auto second = run<ListCheckpoints>({.tenant = tenant_, .limit = 1, .after = 1}).value().front();
  second.previous_hash = second.merkle_root;
  tamper("UPDATE ledger_checkpoint SET previous_hash = merkle_root, root_hash = decode('" +
         to_hex(root_hash_of(second)) + "', 'hex') WHERE checkpoint_id = 2");
  EXPECT_EQ(fault(), "checkpoint 2 does not follow from the one before it");
}

TEST_F(VerifierTest, NamesBlocksThatWereChanged) {
  tamper("UPDATE ledger_block SET root = sha256('') WHERE checkpoint_id = 2 AND block = 1");
  EXPECT_EQ(fault(), "the blocks of checkpoint 2 were changed");
  tamper("DELETE FROM ledger_block WHERE checkpoint_id = 1 AND block = 1");
  EXPECT_EQ(fault(), "the blocks of checkpoint 1 were changed");
}

TEST_F(VerifierTest, MarksProveNothing) {
  tamper("UPDATE ledger_block SET marks = overlay(marks PLACING '\\x00'::bytea FROM 12)");
  EXPECT_EQ(fault(), "");
  tamper("UPDATE wallet_posting SET amount = amount + 1 WHERE posting_id = 1532");
  EXPECT_NE(fault(), "");
}

}  // namespace
}  // namespace remit::books::test
