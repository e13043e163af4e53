// Two instances and one wallet: what many clients at once may and may not do with its money.
#include <algorithm>
#include <deque>
#include <iostream>
#include <optional>
#include <vector>

#include "product_test.hpp"
#include "support/wallet_books.hpp"

namespace remit::test {
namespace {

/// A request that is on its way.
struct Asked {
  RawSocket socket;
  std::int64_t amount = 0;
};

class WalletRaceTest : public ProductTest {
 protected:
  void open(const std::string& user, std::int64_t balance) {
    const Json body = {{"user_id", user}, {"currency", "USD"}, {"opening_balance", balance}};
    ASSERT_EQ(one.api().post("/wallets", body, {{"Idempotency-Key", fresh_key()}}).status, 201);
  }

  /// Every second request to the other instance, each over a connection of its own.
  void ask(const std::string& method, const std::string& path, const Json& body,
           std::int64_t amount = 0) {
    const HttpApi& api = asked.size() % 2 == 0 ? one.api() : other.api();
    const std::string text = body.is_null() ? "" : body.dump();
    HttpHeaders headers = {{"Idempotency-Key", fresh_key()}};
    if (!text.empty()) headers.emplace_back("Content-Type", "application/json");
    requests.push_back(http_request(method, path, text, headers));
    asked.push_back({api.connect(), amount});
  }

  /// All of them at once; their statuses, in their order.
  std::vector<int> answers() {
    for (std::size_t i = 0; i < asked.size(); ++i) asked[i].socket.send(requests[i]);
    std::vector<int> statuses;
    for (Asked& each : asked) {
      const std::optional<RawAnswer> answer = each.socket.read_answer();
      statuses.push_back(answer ? answer->status : 0);
    }
    return statuses;
  }

  void forget() {
    asked.clear();
    requests.clear();
  }

  void expect_whole_books() {
    PostgresSession session(database);
    EXPECT_EQ(wallet_differences(session), "");
    EXPECT_EQ(wallet_event_differences(session), "");
  }

  std::int64_t balance_of(const std::string& user) const {
    return other.api().get("/wallets/" + user).json().value("balance", std::int64_t{-1});
  }

  bool is_settled() { return sql("SELECT count(*) FROM wallet_due") == "0"; }

  const RemitProcess one{config};
  const RemitProcess other{config};
  std::deque<Asked> asked;
  std::vector<std::string> requests;
};

TEST_F(WalletRaceTest, FiveHundredSendsAtOnceTakeExactlyWhatFits) {
  open("alice", 10'000);
  open("bob", 0);
  for (std::int64_t i = 0; i < 500; ++i) {
    const std::int64_t amount = 20 + i % 41;  // 20 000 in all
    ask("POST", "/transactions",
        {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", amount}}, amount);
  }
  const std::vector<int> statuses = answers();
  std::int64_t taken = 0;
  std::int64_t least_refused = 10'000;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i] == 201) taken += asked[i].amount;
    if (statuses[i] == 422) least_refused = std::min(least_refused, asked[i].amount);
    EXPECT_TRUE(statuses[i] == 201 || statuses[i] == 422) << statuses[i];
  }
  // Nothing was given back meanwhile: what was refused does not fit in the end, either.
  EXPECT_EQ(balance_of("alice"), 10'000 - taken);
  EXPECT_LT(10'000 - taken, least_refused);
  EXPECT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(balance_of("bob"), taken);
  expect_whole_books();
}

TEST_F(WalletRaceTest, ATransactionIdIsUsedOnceHoweverOftenItIsSent) {
  open("alice", 10'000);
  open("bob", 0);
  for (int i = 0; i < 20; ++i) {
    const Json body = {{"from_user_id", "alice"},
                       {"to_user_id", "bob"},
                       {"amount", 100},
                       {"transaction_id", fresh_uuid()}};
    for (int again = 0; again < 6; ++again) ask("POST", "/transactions", body);
  }
  for (const int status : answers()) EXPECT_EQ(status, 201);
  EXPECT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(balance_of("bob"), 2'000);
  EXPECT_EQ(balance_of("alice"), 8'000);
  expect_whole_books();
}

TEST_F(WalletRaceTest, AHoldEndsInOneWayWhenAllComeTogether) {
  constexpr std::size_t kHolds = 30;
  open("alice", 10'000);
  open("bob", 0);
  std::int64_t captured = 0;
  for (int round = 0; round < 5; ++round) {
    Json batch = {{"transactions", Json::array()}};
    for (std::size_t i = 0; i < kHolds; ++i) {
      batch["transactions"].push_back({{"from_user_id", "alice"},
                                       {"to_user_id", "bob"},
                                       {"amount", 10},
                                       {"capture", "manual"},
                                       {"expires_in_seconds", 1}});
    }
    const Json made =
        one.api().post("/transactions/batch", batch, {{"Idempotency-Key", fresh_key()}}).json();
    std::vector<std::string> ids;
    for (const Json& each : made.at("data")) ids.push_back(each.at("transaction").at("id"));
    forget();
    for (const std::string& id : ids) {
      ask("POST", "/transactions/" + id + "/capture", {{"amount", 4}});
      ask("DELETE", "/transactions/" + id, {});
    }
    // Until they are about to expire, by a little less in each round.
    sql("SELECT pg_sleep_until(min(due_at) - interval '1 millisecond' * " +
        std::to_string(50 - 10 * round) + ") FROM wallet_due");
    const std::vector<int> statuses = answers();
    EXPECT_TRUE(eventually([&] { return is_settled(); }));
    for (std::size_t i = 0; i < kHolds; ++i) {
      const int capture = statuses[2 * i];
      const int cancel = statuses[2 * i + 1];
      const std::string end = capture == 200  ? "COMPLETED"
                              : cancel == 204 ? "REQUESTED"
                                              : "EXPIRED";
      EXPECT_EQ(sql("SELECT coalesce(reason, status) FROM wallet_transaction "
                    "WHERE transaction_id = '" +
                    ids[i] + "'"),
                end)
          << capture << " " << cancel;
      EXPECT_TRUE(capture == 200 || capture == 409) << capture;
      EXPECT_TRUE(cancel == 204 || cancel == 409) << cancel;
      EXPECT_FALSE(capture == 200 && cancel == 204);
      if (capture == 200) captured += 4;
    }
    EXPECT_EQ(balance_of("bob"), captured);
    EXPECT_EQ(balance_of("alice"), 10'000 - captured);
    expect_whole_books();
  }
  std::cout << sql("SELECT string_agg(coalesce(reason, 'CAPTURED') || ': ' || times, ', ') FROM ("
                   "SELECT reason, count(*) AS times FROM wallet_transaction WHERE is_hold "
                   "GROUP BY reason) AS ends")
            << std::endl;
}

}  // namespace
}  // namespace remit::test
