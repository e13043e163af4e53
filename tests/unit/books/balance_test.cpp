#include "remit/books/balance_operations.hpp"

#include <atomic>
#include <thread>

#include "remit/books/checkpoint_operations.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "support/wallet_moves.hpp"
#include "unit/wallets/wallets_fixture.hpp"

namespace remit::books {
namespace {

class BalanceTest : public wallets::test::WalletsTest {
 protected:
  /// "USD 3 140=140 wallets 70+30-100".
  std::string balance() {
    std::string text;
    for (const TrialBalance& sum : run<FindTrialBalance>(tenant_).value().currencies) {
      if (!text.empty()) text += ", ";
      text += std::string(to_string(sum.currency)) + " " + std::to_string(sum.postings) + " " +
              std::to_string(sum.debits) + "=" + std::to_string(sum.credits) + " wallets " +
              std::to_string(sum.balances) + "+" + std::to_string(sum.reserved) + "-" +
              std::to_string(sum.entries);
    }
    return text;
  }
  void cover_all() { cover(std::stoll(session_.query("SELECT last_value FROM posting_number"))); }
  void cover(std::int64_t through) {
    session_.query("INSERT INTO ledger_checkpoint SELECT " + home() +
                   ", 1, coalesce(max(checkpoint_id), 0) + 1, 1, " + std::to_string(through) +
                   ", 1, "
                   "decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), "
                   "decode(repeat('00', 32), 'hex'), now() FROM ledger_checkpoint "
                   "HAVING coalesce(max(through_posting), 0) < " +
                   std::to_string(through));
  }
  std::string home() const { return std::to_string(tenant_.home().value()); }
  void post(int bucket, std::int64_t amount) {
    session_.query(
        "INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account, "
        "credit_account, amount, currency, posted_at) VALUES (" +
        std::to_string(bucket) +
        ", 1, gen_random_uuid(), 1, 1, 'intake', 'clearing', "
        "'source_funds', " +
        std::to_string(amount) + ", 'USD', now())");
  }
  std::string totals() {
    return session_.query(
        "SELECT string_agg(currency || ' ' || postings || ' ' || amount || ' ' || to_wallets || "
        "'-' || from_wallets, ', ' ORDER BY currency) FROM ledger_total");
  }
  bool add(std::int64_t limit = 1'000) {
    return run<AddToTotals>({.tenant = tenant_, .limit = limit}).value();
  }
};

TEST_F(BalanceTest, WalletsHaveWhatTheirEntriesComeTo) {
  EXPECT_EQ(balance(), "");
  open("alice", 100);
  open("bob", 0);
  open("emil", 7, Currency::EUR);
  create(transfer("alice", "bob", 30));
  create(transfer("alice", "bob", 20, 3'600));
  settle();
  EXPECT_EQ(balance(), "USD 2 130=130 wallets 80+20-100, EUR 1 7=7 wallets 7+0-7");
  const wallets::MoveFunds withdrawal{
      .is_withdrawal = true, .user_id = "bob", .amount = 30, .transaction_id = new_id()};
  ASSERT_TRUE(carry_out(withdrawal));
  EXPECT_EQ(balance(), "USD 3 160=160 wallets 50+20-70, EUR 1 7=7 wallets 7+0-7");
}

TEST_F(BalanceTest, TotalsFollowTheCheckpointsAndChangeNoAnswer) {
  open("alice", 100);
  open("bob", 0);
  create(transfer("alice", "bob", 30));
  settle();
  post(tenant_.home().value(), 5);
  EXPECT_FALSE(add());
  EXPECT_EQ(totals(), "") << "what no checkpoint covers may not be complete";
  cover_all();
  const std::string before = balance();
  EXPECT_EQ(before, "USD 3 135=135 wallets 100+0-100");
  EXPECT_FALSE(add());
  EXPECT_EQ(totals(), "USD 3 135 130-30");
  EXPECT_EQ(balance(), before);
  EXPECT_FALSE(add());
  EXPECT_EQ(totals(), "USD 3 135 130-30");

  create(transfer("bob", "alice", 1));
  settle();
  post(tenant_.home().value(), 5);
  EXPECT_EQ(balance(), "USD 5 141=141 wallets 100+0-100");
  cover_all();
  EXPECT_TRUE(add(1));
  EXPECT_EQ(totals(), "USD 4 136 131-31");
  EXPECT_FALSE(add(1));
  EXPECT_EQ(totals(), "USD 5 141 131-31");
  EXPECT_EQ(balance(), "USD 5 141=141 wallets 100+0-100");
}

TEST_F(BalanceTest, EveryBucketOfATenantCounts) {
  tenant_ = Tenant(kFirstTenant, Bucket(3), 3);
  for (const int bucket : {3, 4, 5, 5}) post(bucket, 2);
  post(6, 100);  // not one of its own
  EXPECT_EQ(balance(), "USD 4 8=8 wallets 0+0-0");
  cover_all();
  while (add(1)) {
  }
  EXPECT_EQ(totals(), "USD 4 8 0-0");
  EXPECT_EQ(balance(), "USD 4 8=8 wallets 0+0-0");
  post(4, 2);
  EXPECT_EQ(balance(), "USD 5 10=10 wallets 0+0-0");
}

TEST_F(BalanceTest, AddingIsForOneAtATime) {
  open("alice", 100);
  cover_all();
  EXPECT_FALSE(add());
  remit::test::PostgresSession other(url_);
  other.query("BEGIN");
  other.query("SELECT 1 FROM ledger_total_bound FOR UPDATE");
  open("bob", 1);
  cover_all();
  EXPECT_FALSE(add());
  EXPECT_EQ(totals(), "USD 1 100 100-0");
  other.query("ROLLBACK");
  EXPECT_FALSE(add());
  EXPECT_EQ(totals(), "USD 2 101 101-0");
}

// While transfers are made, settled, and added to the totals, each at the same time.
TEST_F(BalanceTest, BothSidesAgreeUnderLoad) {
  open("alice", 1'000'000);
  open("bob", 0);
  std::atomic<bool> is_done = false;
  std::atomic<std::int64_t> moved = 0;
  std::thread mover([&] {
    boost::asio::io_context loop;
    storage::Lanes lanes(loop.get_executor(), {.name = "mover", .url = url_, .lanes = 2});
    SeededUuidSource ids(2);
    while (!is_done) moved += remit::test::move_and_settle(loop, lanes, tenant_, ids);
  });
  const auto bound = [&] {
    const auto found = run<ReadPostingBound>({}).value();
    std::vector<std::string> writers = found.writers;
    while (!writers.empty()) writers = run<FindWriters>(writers).value();
    return found.last_posting;
  };
  std::int64_t postings = 0;
  for (int i = 0; i < 30 || moved < 50; ++i) {
    cover(bound());
    add(7);
    const auto sums = run<FindTrialBalance>(tenant_).value().currencies;
    ASSERT_EQ(sums.size(), 1U);
    EXPECT_EQ(sums.front().wallet_difference(), 0);
    EXPECT_GE(sums.front().postings, postings);
    postings = sums.front().postings;
  }
  is_done = true;
  mover.join();
  cover(bound());
  while (add(1'000)) {
  }
  EXPECT_EQ(totals(), session_.query("SELECT 'USD ' || count(*) || ' ' || sum(amount) || ' ' || "
                                     "sum(amount) || '-' || coalesce(sum(amount) FILTER "
                                     "(WHERE from_wallet > 0), 0) FROM wallet_posting"));
}

TEST_F(BalanceTest, AWalletThatHasMoreIsSeen) {
  open("alice", 100);
  session_.query("ALTER TABLE wallet DISABLE TRIGGER USER");
  session_.query("UPDATE wallet SET balance = balance + 1");
  EXPECT_EQ(run<FindTrialBalance>(tenant_).value().currencies.front().wallet_difference(), 1);
  session_.query("UPDATE wallet SET balance = balance - 1");
}

}  // namespace
}  // namespace remit::books
