#include "remit/wallets/history_operations.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "wallets_fixture.hpp"

namespace remit::wallets::test {
namespace {

class WalletPastTest : public WalletsTest {
 protected:
  Timestamp now() {
    return parse_timestamp(session_.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', "
                                          "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"))
        .value();
  }
  WalletKey key(const std::string& user) const { return {.tenant = tenant_, .user_id = user}; }

  /// "70+30" at that time.
  std::string held(const std::string& user, Timestamp at) {
    const auto found = run<FindWalletAt>({.which = key(user), .at = at}).value();
    if (!found) return "nothing";
    return std::to_string(found->balance) + "+" + std::to_string(found->reserved);
  }
  StatementSpan span(const std::string& user, Timestamp from, Timestamp to) {
    return run<FindStatement>({.which = key(user), .from = from, .to = to}).value().value();
  }
  std::vector<StatementEntry> page(const std::string& user, const StatementSpan& span,
                                   std::int64_t limit) {
    return run<ListStatement>({.whose = key(user), .span = span, .limit = limit}).value();
  }
};

TEST_F(WalletPastTest, AWalletIsSeenAsItWasAfterEachMovement) {
  const Timestamp before = now();
  open("alice", 100);
  const Timestamp opened = now();
  open("bob", 0);
  const Uuid later = create(transfer("alice", "bob", 30, 3'600));
  const Timestamp reserved = now();
  create(transfer("alice", "bob", 20));
  EXPECT_EQ(settle(), 1);
  const Timestamp settled = now();
  ASSERT_TRUE(run<CancelTransaction>({.tenant = tenant_, .transaction_id = later}));
  const Timestamp cancelled = now();

  EXPECT_EQ(held("alice", before), "0+0");
  EXPECT_EQ(held("alice", opened), "100+0");
  EXPECT_EQ(held("alice", reserved), "70+30");
  EXPECT_EQ(held("alice", settled), "50+30");
  EXPECT_EQ(held("alice", cancelled), "80+0");
  EXPECT_EQ(held("bob", reserved), "0+0");
  EXPECT_EQ(held("bob", settled), "20+0");
  EXPECT_EQ(held("carol", settled), "nothing");
}

TEST_F(WalletPastTest, AnyTimeIsFoundAmongManyMovements) {
  open("alice", 1'000'000);
  open("bob", 1'000'000);
  std::mt19937 random(7);
  struct Known {
    Timestamp at;
    std::string alice;
    std::string bob;
  };
  std::vector<Known> known;
  for (int i = 0; i < 60; ++i) {
    const bool there = random() % 2 == 0;
    const auto amount = static_cast<std::int64_t>(1 + random() % 1'000);
    create(transfer(there ? "alice" : "bob", there ? "bob" : "alice", amount,
                    random() % 3 == 0 ? 3'600 : 0));
    if (random() % 2 == 0) settle();
    known.push_back({.at = now(), .alice = holds("alice"), .bob = holds("bob")});
  }
  for (const Known& each : known) {
    EXPECT_EQ(held("alice", each.at), each.alice);
    EXPECT_EQ(held("bob", each.at), each.bob);
  }
}

TEST_F(WalletPastTest, AStatementLeadsFromItsOpeningToItsClosingBalance) {
  open("alice", 100);
  open("bob", 0);
  const Timestamp from = now();
  create(transfer("alice", "bob", 10));
  settle();
  const MoveFunds withdrawal{
      .is_withdrawal = true, .user_id = "alice", .amount = 5, .transaction_id = new_id()};
  ASSERT_TRUE(carry_out(withdrawal));
  const Timestamp to = now();
  create(transfer("bob", "alice", 3));
  settle();

  const StatementSpan its = span("alice", from, to);
  EXPECT_EQ(its.opening, 100);
  EXPECT_EQ(its.closing, 85);
  const std::vector<StatementEntry> entries = page("alice", its, 10);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].entry.account, "wallet:alice");
  EXPECT_EQ(entries[0].entry.counter_account, "wallet:bob");
  EXPECT_EQ(entries[0].entry.credit(), 10);
  EXPECT_EQ(entries[0].entry.balance_after, 90);
  EXPECT_EQ(entries[0].entry.description, "transfer");
  EXPECT_EQ(entries[1].entry.counter_account, "funding");
  EXPECT_EQ(entries[1].entry.description, "withdrawal");
  EXPECT_EQ(entries[1].entry.balance_after, 85);

  StatementSpan rest = its;
  rest.after = entries[0].posting_id;
  EXPECT_EQ(page("alice", rest, 10).front().entry, entries[1].entry);
  EXPECT_EQ(span("alice", to, now()).opening, its.closing);
  EXPECT_EQ(span("alice", from, from).upto, span("alice", from, from).after);
}

// What a wallet had at a time is found by the times of its postings, so they are in their order,
// too.
TEST_F(WalletPastTest, AMovementHappensWhenItHasItsWallets) {
  open("alice", 100);
  remit::test::PostgresSession other(url_);
  other.query("BEGIN");
  other.query("SELECT 1 FROM wallet FOR UPDATE");
  const MoveFunds deposit{.user_id = "alice", .amount = 1, .transaction_id = new_id()};
  std::thread mover([&] { EXPECT_TRUE(carry_out(deposit)); });
  const std::string waiting =
      "SELECT count(*) FROM pg_stat_activity "
      "WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while (session_.query(waiting) == "0") std::this_thread::yield();
  const Timestamp waited = now();
  other.query("COMMIT");
  mover.join();
  EXPECT_EQ(held("alice", waited), "100+0");
  EXPECT_EQ(held("alice", now()), "101+0");
}

}  // namespace
}  // namespace remit::wallets::test
