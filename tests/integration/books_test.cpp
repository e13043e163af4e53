// The books of a running instance: what they come to, and what is told when they do not agree.
#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class BooksTest : public ProductTest {
 protected:
  void open(const std::string& user, std::int64_t balance) {
    const Json wallet = {{"user_id", user}, {"currency", "USD"}, {"opening_balance", balance}};
    const HttpAnswer made =
        remit_.api().post("/wallets", wallet, {{"Idempotency-Key", fresh_key()}});
    ASSERT_EQ(made.status, 201) << made.body;
  }
  void send(std::int64_t amount, std::int64_t delay) {
    const Json transfer = {{"from_user_id", "alice"},
                           {"to_user_id", "bob"},
                           {"amount", amount},
                           {"delay_seconds", delay}};
    const HttpAnswer made =
        remit_.api().post("/transactions", transfer, {{"Idempotency-Key", fresh_key()}});
    ASSERT_EQ(made.status, 201) << made.body;
  }
  [[nodiscard]] Json usd() const {
    const Json balance = remit_.api().get("/ledger/trial-balance").json();
    for (const Json& sum : balance["currencies"]) {
      if (sum["currency"] == "USD") return sum;
    }
    return {};
  }
  [[nodiscard]] Json findings() const {
    return remit_.api().get("/reconciliation/findings").json()["data"];
  }
  /// Behind the back of the trigger that refuses it.
  void change(const std::string& statement) {
    sql("ALTER TABLE wallet DISABLE TRIGGER USER; " + statement +
        "; ALTER TABLE wallet ENABLE TRIGGER USER");
  }

  RemitProcess remit_{config, {"reconciliation.interval=200ms", "ledger.checkpoint_interval=1s"}};
};

TEST_F(BooksTest, TheTrialBalanceAgreesAndDoesSoFromTotals) {
  open("alice", 100);
  open("bob", 0);
  send(30, 0);
  send(20, 3'600);
  ASSERT_TRUE(eventually([&] { return remit_.api().get("/wallets/bob").json()["balance"] == 30; }));
  const Json expected = {{"currency", "USD"},
                         {"postings", 2},
                         {"debits", 130},
                         {"credits", 130},
                         {"difference", 0},
                         {"wallet_balances", 80},
                         {"wallet_reservations", 20},
                         {"wallet_entries", 100},
                         {"wallet_difference", 0}};
  EXPECT_EQ(usd(), expected);
  // A checkpoint covers them, and their totals are kept, before long.
  EXPECT_TRUE(eventually([&] { return sql("SELECT sum(postings) FROM ledger_total") == "2"; }));
  EXPECT_EQ(usd(), expected);
  EXPECT_EQ(findings(), Json::array());
}

TEST_F(BooksTest, ACursorOrATimeThatNoneGaveOutDoesNoHarm) {
  open("alice", 100);
  // The number of a posting that would be the lowest that there is.
  const HttpAnswer forged =
      remit_.api().get("/ledger?cursor=MDo4MDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA");
  EXPECT_EQ(forged.status, 400) << forged.body;
  for (const std::string bound : {"to", "from"}) {
    const HttpAnswer answer =
        remit_.api().get("/wallets/alice/statement?" + bound + "=0001-01-01T00:00:00Z");
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  const HttpAnswer dots = remit_.api().post("/wallets", {{"user_id", ".."}, {"currency", "USD"}},
                                            {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(dots.status, 400) << dots.body;
}

TEST_F(BooksTest, AFindingIsThereUntilItsMismatchIsGone) {
  open("alice", 100);
  change("UPDATE wallet SET balance = balance + 7");
  EXPECT_EQ(usd()["wallet_difference"], 7);
  EXPECT_TRUE(eventually([&] { return findings().size() == 2; }));
  Json wallet;
  for (const Json& each : findings()) {
    if (each["kind"] == "wallet_balance") wallet = each;
  }
  EXPECT_EQ(wallet["resource"], "/wallets/alice");
  EXPECT_EQ(wallet["expected"]["balance_and_reserved"], 100);
  EXPECT_EQ(wallet["found"]["balance_and_reserved"], 107);
  EXPECT_TRUE(wallet["done"].is_null());
  const std::string path = "/reconciliation/findings/" + wallet["id"].get<std::string>();
  EXPECT_TRUE(eventually(
      [&] { return remit_.api().get(path).json()["last_seen_at"] != wallet["last_seen_at"]; }));
  EXPECT_EQ(findings().size(), 2U) << "one mismatch is one finding, in how many rounds whatever";
  change("UPDATE wallet SET balance = balance - 7");
  EXPECT_TRUE(eventually([&] { return !remit_.api().get(path).json()["resolved_at"].is_null(); }));
  EXPECT_EQ(remit_.api().get("/reconciliation/findings/none").code(), "FINDING_NOT_FOUND");
}

TEST_F(BooksTest, AStuckTransactionIsPutBackAndSettled) {
  open("alice", 100);
  open("bob", 0);
  send(30, 2);
  sql("DELETE FROM wallet_due");
  EXPECT_TRUE(eventually([&] { return remit_.api().get("/wallets/bob").json()["balance"] == 30; }));
  const Json found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["kind"], "transaction_not_scheduled");
  EXPECT_FALSE(found[0]["done"].is_null());
  EXPECT_FALSE(found[0]["resolved_at"].is_null());
}

}  // namespace
}  // namespace remit::test
