// Wallets over HTTP, as a client sees them: what docs/openapi.json says of their answers, the times
// at which transactions are due, batches of every size, and what has changed meanwhile.
#include "product_test.hpp"
#include "support/files.hpp"
#include "support/json_schema.hpp"
#include "support/wallet_books.hpp"

namespace remit::test {
namespace {

class WalletTest : public ProductTest {
 protected:
  void TearDown() override {
    PostgresSession session(database);
    EXPECT_EQ(wallet_differences(session), "");
    EXPECT_EQ(wallet_event_differences(session), "");
  }

  /// With a key of its own; what it answers is as the document has it.
  HttpAnswer post(const std::string& path, const Json& body) {
    const HttpAnswer answer = remit.api().post(path, body, {{"Idempotency-Key", fresh_key()}});
    if (answer.status / 100 == 4) expect_described("Problem", answer.json());
    return answer;
  }
  Json made(const std::string& path, const Json& body, const std::string& schema) {
    const HttpAnswer answer = post(path, body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    expect_described(schema, answer.json());
    return answer.json();
  }
  void open(const std::string& user, std::int64_t balance, const std::string& currency = "USD") {
    made("/wallets", {{"user_id", user}, {"currency", currency}, {"opening_balance", balance}},
         "Wallet");
  }
  Json send(const Json& more) {
    Json body = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 100}};
    body.update(more);
    return made("/transactions", body, "Transaction");
  }
  Json get(const std::string& path, const std::string& schema) {
    const HttpAnswer answer = remit.api().get(path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_described(schema, answer.json());
    return answer.json();
  }
  Json transaction(const Json& one) {
    return get("/transactions/" + one["id"].get<std::string>(), "Transaction");
  }
  Json await(const Json& one, const std::string& status) {
    EXPECT_TRUE(eventually([&] { return transaction(one)["status"] == status; }))
        << transaction(one);
    return transaction(one);
  }
  void expect_has(const std::string& user, std::int64_t balance, std::int64_t reserved) {
    const Json wallet = get("/wallets/" + user, "Wallet");
    EXPECT_EQ(wallet["balance"], balance) << user;
    EXPECT_EQ(wallet["reserved"], reserved) << user;
  }
  void expect_refused(const HttpAnswer& answer, int status, const std::string& code) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.code(), code) << answer.body;
  }
  void expect_described(const std::string& schema, const Json& value) {
    const Json named = {{"$ref", "#/components/schemas/" + schema}};
    const auto faults = schema_faults(document, named, value);
    EXPECT_TRUE(faults.empty()) << value.dump() << "\n" << Json(faults).dump(2);
  }

  const Json document = Json::parse(content_of(REMIT_ROOT "/docs/openapi.json"));
  const RemitProcess remit{config};
};

TEST_F(WalletTest, MoneyIsReservedAtOnceAndSettledInTime) {
  open("alice", 1'000);
  open("bob", 0);
  const Json soon = send({{"delay_seconds", 1}});
  EXPECT_EQ(soon["status"], "RESERVED");
  expect_has("alice", 900, 100);
  EXPECT_EQ(await(soon, "COMPLETED")["moved_amount"], 100);
  const Json now = await(send(Json::object()), "COMPLETED");
  EXPECT_TRUE(now["delay_seconds"].is_null());
  expect_has("alice", 800, 0);
  expect_has("bob", 200, 0);
  const Json listed = get("/users/bob/transactions?limit=1", "TransactionList");
  EXPECT_EQ(listed["data"][0]["id"], now["id"]) << "the newest first";
  const Json next =
      get("/users/bob/transactions?cursor=" + listed["next_cursor"].get<std::string>(),
          "TransactionList");
  EXPECT_EQ(next["data"][0]["id"], soon["id"]);
  EXPECT_TRUE(next["next_cursor"].is_null());
}

TEST_F(WalletTest, ATimeIsAnyTimeThatThereIs) {
  open("alice", 1'000);
  open("bob", 0);
  const std::vector<std::pair<std::string, std::string>> later = {
      {"9999-12-31T23:59:58Z", "9999-12-31T23:59:58.000Z"},
      {"2090-03-26T02:30:00+01:00", "2090-03-26T01:30:00.000Z"},  // no such hour on Berlin's clocks
      {"2090-10-29T02:30:00+02:00", "2090-10-29T00:30:00.000Z"}};
  for (const auto& [asked, shown] : later) {
    EXPECT_EQ(send({{"execute_at", asked}})["execute_at"], shown);
  }
  await(send({{"execute_at", "1970-01-01T00:00:00Z"}}), "COMPLETED");
  expect_has("alice", 600, 300);
  Json body = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 1}};
  for (const Json& wrong :
       {Json("2026-02-30T00:00:00Z"), Json("tomorrow"), Json(5), Json("2026-12-24T18:00:00"),
        Json("10000-01-01T00:00:00Z"), Json("2096-06-30T23:59:60Z")}) {
    body["execute_at"] = wrong;
    const HttpAnswer answer = post("/transactions", body);
    expect_refused(answer, 400, "VALIDATION_ERROR");
    EXPECT_EQ(answer.json()["errors"][0]["pointer"], "/execute_at");
  }
}

TEST_F(WalletTest, ARefusalChangesNothing) {
  open("alice", 1'000);
  open("bob", 0);
  open("carla", 0, "EUR");
  const auto transfer = [](const std::string& to, std::int64_t amount) {
    return Json{{"from_user_id", "alice"}, {"to_user_id", to}, {"amount", amount}};
  };
  expect_refused(post("/wallets", {{"user_id", "alice"}, {"currency", "USD"}}), 409,
                 "WALLET_EXISTS");
  expect_refused(post("/transactions", transfer("bob", 1'001)), 422, "INSUFFICIENT_FUNDS");
  expect_refused(post("/transactions", transfer("carla", 1)), 422, "CURRENCY_MISMATCH");
  expect_refused(post("/transactions", transfer("dora", 1)), 404, "WALLET_NOT_FOUND");
  expect_refused(post("/transactions", transfer("alice", 1)), 400, "VALIDATION_ERROR");
  expect_refused(post("/transactions", transfer("bob", 0)), 400, "VALIDATION_ERROR");
  expect_refused(post("/wallets/bob/withdrawals", {{"amount", 1}}), 422, "INSUFFICIENT_FUNDS");
  expect_refused(remit.api().send("DELETE", "/wallets/alice"), 409, "WALLET_NOT_EMPTY");
  const HttpAnswer without_key = remit.api().post("/transactions", transfer("bob", 1));
  expect_refused(without_key, 400, "MISSING_HEADER");
  expect_has("alice", 1'000, 0);
  // A refusal that is about the request is kept with its key; one about this moment is not.
  const HttpHeaders key = {{"Idempotency-Key", fresh_key()}};
  expect_refused(remit.api().post("/transactions", transfer("bob", 1'500), key), 422,
                 "INSUFFICIENT_FUNDS");
  made("/wallets/alice/deposits", {{"amount", 1'000}}, "Transaction");
  expect_refused(remit.api().post("/transactions", transfer("bob", 1'500), key), 422,
                 "INSUFFICIENT_FUNDS");
  const HttpHeaders other = {{"Idempotency-Key", fresh_key()}};
  expect_refused(remit.api().post("/transactions", transfer("dora", 1), other), 404,
                 "WALLET_NOT_FOUND");
  open("dora", 0);
  EXPECT_EQ(remit.api().post("/transactions", transfer("dora", 1), other).status, 201);
}

TEST_F(WalletTest, FrozenAndDeletedWalletsKeepWhatWasPromised) {
  open("alice", 1'000);
  open("bob", 0);
  const Json reserved = send({{"delay_seconds", 1}});
  EXPECT_EQ(remit.api().post("/wallets/alice/freeze", {{"reason", "stolen"}}).status, 200);
  EXPECT_EQ(remit.api().post("/wallets/bob/freeze", {{"reason", "asked for"}}).status, 200);
  EXPECT_EQ(get("/wallets/alice", "Wallet")["frozen_reason"], "stolen");
  expect_refused(
      post("/transactions", {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 1}}), 409,
      "WALLET_FROZEN");
  expect_refused(post("/wallets/alice/withdrawals", {{"amount", 1}}), 409, "WALLET_FROZEN");
  await(reserved, "COMPLETED");
  EXPECT_EQ(remit.api().send("POST", "/wallets/alice/unfreeze").status, 200);
  open("gone", 0);
  const Json lost = send({{"to_user_id", "gone"}, {"delay_seconds", 1}});
  EXPECT_EQ(remit.api().send("DELETE", "/wallets/gone").status, 204);
  expect_refused(remit.api().get("/wallets/gone"), 404, "WALLET_NOT_FOUND");
  open("gone", 7);
  EXPECT_EQ(await(lost, "FAILED")["reason"], "RECEIVER_DELETED");
  expect_has("gone", 7, 0);
  expect_has("alice", 900, 0);
}

TEST_F(WalletTest, AHoldIsCapturedCancelledOrExpires) {
  open("alice", 1'000);
  open("bob", 0);
  const Json hold = {{"capture", "manual"}, {"expires_in_seconds", 600}};
  const auto path = [](const Json& one) { return "/transactions/" + one["id"].get<std::string>(); };
  const Json taken = send(hold);
  EXPECT_TRUE(taken["execute_at"].is_null());
  expect_refused(post(path(taken) + "/capture", {{"amount", 101}}), 422, "CAPTURE_TOO_LARGE");
  const HttpAnswer captured = post(path(taken) + "/capture", {{"amount", 60}});
  EXPECT_EQ(captured.status, 200) << captured.body;
  EXPECT_EQ(captured.json()["moved_amount"], 60);
  expect_refused(post(path(taken) + "/capture", Json::object()), 409, "NOT_CAPTURABLE");
  expect_refused(remit.api().send("DELETE", path(taken)), 409, "NOT_CANCELABLE");
  const Json whole = send(hold);
  EXPECT_EQ(remit.api()
                .send("POST", path(whole) + "/capture", "", {{"Idempotency-Key", fresh_key()}})
                .status,
            200);
  const Json cancelled = send(hold);
  EXPECT_EQ(remit.api().send("DELETE", path(cancelled)).status, 204);
  EXPECT_EQ(transaction(cancelled)["reason"], "REQUESTED");
  const Json expired = send({{"capture", "manual"}, {"expires_in_seconds", 1}});
  EXPECT_EQ(await(expired, "CANCELLED")["reason"], "EXPIRED");
  expect_refused(post(path(send({{"delay_seconds", 600}})) + "/capture", Json::object()), 409,
                 "NOT_CAPTURABLE");
  expect_has("alice", 740, 100);
  expect_has("bob", 160, 0);
}

TEST_F(WalletTest, ABatchIsAnsweredInItsOrderAndOnce) {
  open("alice", 1'500);
  open("bob", 0);
  Json batch = {{"transactions", Json::array()}};
  for (int i = 0; i < 1'000; ++i) {
    batch["transactions"].push_back({{"transaction_id", fresh_uuid()},
                                     {"from_user_id", "alice"},
                                     {"to_user_id", i == 500 ? "missing" : "bob"},
                                     {"amount", 2},
                                     {"delay_seconds", 3'600},
                                     {"capture", "automatic"}});
  }
  ASSERT_GT(batch.dump().size(), 128'000U) << "more than other requests may have";
  const HttpHeaders key = {{"Idempotency-Key", fresh_key()}};
  const HttpAnswer answer = remit.api().post("/transactions/batch", batch, key);
  ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 1'000);
  const Json items = answer.json()["data"];
  for (const std::size_t index : {0U, 500U, 999U}) {
    expect_described("TransactionBatch", {{"data", {items[index]}}});
  }
  for (int i = 0; i < 1'000; ++i) {
    const int expected = i == 500 ? 404 : i <= 750 ? 201 : 422;
    EXPECT_EQ(items[static_cast<std::size_t>(i)]["status"], expected) << i;
  }
  expect_has("alice", 0, 1'500);
  EXPECT_EQ(remit.api().post("/transactions/batch", batch, key).body, answer.body);
  // With another key each item is its own, and known.
  const Json again = post("/transactions/batch", batch).json();
  EXPECT_EQ(again["data"][0], items[0]);
  expect_has("alice", 0, 1'500);

  batch["transactions"].push_back(batch["transactions"][0]);
  expect_refused(post("/transactions/batch", batch), 400, "VALIDATION_ERROR");
  const std::string large = R"({"transactions":[")" + std::string(1'100'000, 'x') + "\"]}";
  expect_refused(
      remit.api().send("POST", "/transactions/batch", large,
                       {{"Content-Type", "application/json"}, {"Idempotency-Key", fresh_key()}}),
      413, "PAYLOAD_TOO_LARGE");
  const std::string other = R"({"user_id":")" + std::string(70'000, 'x') + "\"}";
  expect_refused(
      remit.api().send("POST", "/wallets", other,
                       {{"Content-Type", "application/json"}, {"Idempotency-Key", fresh_key()}}),
      413, "PAYLOAD_TOO_LARGE");
}

TEST_F(WalletTest, AMalformedItemIsNamedAndNothingIsDone) {
  open("alice", 10);
  open("bob", 0);
  const Json good = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 1}};
  Json bad = good;
  bad["amount"] = 1.5;
  bad["to_user_id"] = "a user with spaces";
  const HttpAnswer answer = post("/transactions/batch", {{"transactions", {good, bad}}});
  expect_refused(answer, 400, "VALIDATION_ERROR");
  EXPECT_EQ(answer.json()["errors"][0]["pointer"], "/transactions/1/to_user_id");
  EXPECT_EQ(answer.json()["errors"][1]["pointer"], "/transactions/1/amount");
  expect_has("alice", 10, 0);
}

}  // namespace
}  // namespace remit::test
