// Statements of wallets, as clients read them: by page, and whole while it is made.
#include <gtest/gtest.h>

#include <sstream>

#include "product_test.hpp"

namespace remit::test {
namespace {

constexpr int kMany = 60'000;  // more than sockets hold
constexpr int kEntries = 20'000;

class StatementTest : public ProductTest {
 protected:
  StatementTest() {
    open("alice");
    open("bob");
  }

  void open(const std::string& user) {
    const Json wallet = {{"user_id", user}, {"currency", "USD"}, {"opening_balance", 100}};
    const HttpAnswer made =
        remit_.api().post("/wallets", wallet, {{"Idempotency-Key", "open-wallet-of-" + user}});
    ASSERT_EQ(made.status, 201) << made.body;
  }

  /// A wallet with a long past: as many deposits of 1.
  void fill(const std::string& user, int entries) {
    sql("INSERT INTO wallet_posting (bucket, tenant_id, posting_id, transaction_id, to_wallet, "
        "amount, to_after, currency, posted_at) "
        "SELECT bucket, tenant_id, nextval('posting_number'), gen_random_uuid(), wallet_id, 1, "
        "100 + i, currency, clock_timestamp() FROM wallet, generate_series(1, " +
        std::to_string(entries) + ") i WHERE user_id = '" + user + "' ORDER BY i");
    sql("UPDATE wallet SET balance = balance + " + std::to_string(entries) +
        ", last_posting = (SELECT max(posting_id) FROM wallet_posting) WHERE user_id = '" + user +
        "'");
  }

  [[nodiscard]] RawSocket ask(const std::string& accept, const std::string& version = "1.1") const {
    RawSocket socket = remit_.api().connect();
    socket.send("GET /wallets/alice/statement HTTP/" + version +
                "\r\nHost: a\r\nAccept: " + accept + "\r\n\r\n");
    return socket;
  }

  /// The body of what is left of an answer in chunks; empty: it was cut short.
  static std::string body_of(const std::string& answer) {
    std::string body;
    std::size_t at = answer.find("\r\n\r\n") + 4;
    while (at < answer.size()) {
      const std::size_t size =
          std::stoul(answer.substr(at, answer.find('\r', at) - at), nullptr, 16);
      if (size == 0) return body;
      at = answer.find('\n', at) + 1;
      body += answer.substr(at, size);
      at += size + 2;
    }
    return "";
  }
  static std::vector<std::string> lines_of(const std::string& body) {
    std::vector<std::string> lines;
    std::istringstream text(body);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  RemitProcess remit_{config};
};

TEST_F(StatementTest, ALongOneIsStreamedWhole) {
  fill("alice", kEntries);
  const std::vector<std::string> csv = lines_of(body_of(ask("text/csv").read_to_end()));
  ASSERT_EQ(csv.size(), kEntries + 4U);  // heading, opening, the opening balance, …, closing
  EXPECT_TRUE(csv[0].starts_with("type,entry_id,")) << csv[0];
  EXPECT_TRUE(csv[1].starts_with("opening,,,")) << csv[1];
  EXPECT_TRUE(csv[1].ends_with(",wallet:alice,,USD,,,0,\r")) << csv[1];
  EXPECT_TRUE(csv[2].ends_with(",wallet:alice,funding,USD,100,,100,deposit\r")) << csv[2];
  EXPECT_TRUE(csv.back().starts_with("closing,,,")) << csv.back();
  EXPECT_TRUE(csv.back().ends_with(",,,20100,\r")) << csv.back();

  const std::vector<std::string> rows =
      lines_of(body_of(ask("application/x-ndjson").read_to_end()));
  ASSERT_EQ(rows.size(), kEntries + 3U);
  EXPECT_EQ(Json::parse(rows.front())["type"], "opening");
  EXPECT_EQ(Json::parse(rows.back())["balance"], 20'100);
  std::int64_t balance = 0;
  for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
    const Json row = Json::parse(rows[i]);
    balance += row["debit"].get<std::int64_t>() - row["credit"].get<std::int64_t>();
    ASSERT_EQ(row["balance_after"], balance);
  }

  const std::string old = ask("text/csv", "1.0").read_to_end();
  EXPECT_EQ(lines_of(old.substr(old.find("\r\n\r\n") + 4)).size(), csv.size());
}

TEST_F(StatementTest, OthersAreServedWhileOneIsReadSlowlyAndGoneClientsLeaveTheirPlaces) {
  fill("alice", kMany);
  std::vector<RawSocket> slow;
  for (int i = 0; i < 8; ++i) slow.push_back(ask("text/csv"));
  EXPECT_FALSE(slow.front().read_some().empty());
  const HttpAnswer refused = remit_.api().get("/wallets/alice/statement", {{"Accept", "text/csv"}});
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(refused.code(), "OVERLOADED");
  EXPECT_EQ(remit_.api().get("/wallets/alice/statement").status, 200);
  EXPECT_TRUE(slow.back().read_to_end().ends_with("\r\n0\r\n\r\n"));

  slow.clear();
  EXPECT_TRUE(eventually([&] { return ask("text/csv").read_to_end().ends_with("\r\n0\r\n\r\n"); }));
}

TEST_F(StatementTest, PagesLeadThroughIt) {
  const Json transfer = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 30}};
  const HttpAnswer made =
      remit_.api().post("/transactions", transfer, {{"Idempotency-Key", "a-transfer-of-30"}});
  ASSERT_EQ(made.status, 201) << made.body;
  ASSERT_TRUE(
      eventually([&] { return remit_.api().get("/wallets/bob").json()["balance"] == 130; }));
  const std::string path = "/wallets/alice/statement?limit=1";
  const Json first = remit_.api().get(path).json();
  EXPECT_EQ(first["opening_balance"], 0);
  EXPECT_EQ(first["closing_balance"], 70);
  EXPECT_EQ(first["data"][0]["debit"], 100);
  const std::string cursor = first["next_cursor"];
  const Json second = remit_.api().get(path + "&cursor=" + cursor).json();
  EXPECT_EQ(second["data"][0]["credit"], 30);
  EXPECT_EQ(second["data"][0]["counter_account_id"], "wallet:bob");
  EXPECT_EQ(second["closing_balance"], 70);
  EXPECT_TRUE(second["next_cursor"].is_null());

  const std::string opened = remit_.api().get("/wallets/alice").json()["created_at"];
  const std::string settled = second["data"][0]["timestamp"];
  const Json then = remit_.api().get("/wallets/alice?at=" + settled).json();
  EXPECT_EQ(then["balance"], 70);
  EXPECT_EQ(then["reserved"], 0);
  const Json before = remit_.api().get("/wallets/alice/statement?to=" + settled).json();
  const Json after = remit_.api().get("/wallets/alice/statement?from=" + settled).json();
  EXPECT_EQ(before["closing_balance"], 100);
  EXPECT_EQ(after["opening_balance"], 100);
  EXPECT_EQ(after["data"].size(), 1U);

  EXPECT_EQ(remit_.api().get("/wallets/alice?at=2020-01-01T00:00:00Z").code(), "WALLET_NOT_FOUND");
  const HttpAnswer future = remit_.api().get("/wallets/alice?at=2999-01-01T00:00:00Z");
  EXPECT_EQ(future.status, 400);
  EXPECT_EQ(future.json()["errors"][0]["pointer"], "?at");
  const HttpAnswer reversed = remit_.api().get(
      "/wallets/alice/statement?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z");
  EXPECT_EQ(reversed.status, 400);

  const Json entries = remit_.api().get("/ledger?account_id=wallet:alice").json();
  ASSERT_EQ(entries["data"].size(), 2U);
  EXPECT_EQ(entries["data"][0], second["data"][0]);
}

}  // namespace
}  // namespace remit::test
