// Every route of docs/openapi.json with every kind of wrong key, and with the key of another
// tenant: nothing of the first tenant is seen, named or changed.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "access_fixture.hpp"

namespace remit::test {
namespace {

struct Route {
  std::string method;
  std::string pattern;
  std::string id;
  std::string scope;  ///< empty: it is open
};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<Route> described_routes() {
  const Json document = Json::parse(std::ifstream(REMIT_ROOT "/docs/openapi.json"));
  std::vector<Route> routes;
  for (const auto& [pattern, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      // `at`: a route whose scope is not told fails the test.
      const Json& security = operation.at("security");
      const std::string scope = security.empty() ? "" : security[0]["apiKey"][0];
      routes.push_back({upper(method), pattern, operation["operationId"], scope});
    }
  }
  return routes;
}

/// Of the first tenant, and known to the second.
const std::string kUser = "the-first-tenants-user";
const Json kTransfer = {{"from_user_id", kUser}, {"to_user_id", "the-seconds-user"}, {"amount", 1}};

/// What only the first tenant knows.
const std::string kSecretAccount = "the-first-tenants-account";
const std::string kSecretNote = "the-first-tenants-note";
const std::string kSecretUrl = "https://the-first.example/hooks";
const std::string kWebhookKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class RouteWalk : public AccessFixture {
 protected:
  RouteWalk() {
    make_tenant("first");
    make_tenant("second");
    first_ = make_key("first");
    second_ = make_key("second");
    remit_ = std::make_unique<RemitProcess>(
        config, with_keys, std::vector<std::string>{"REMIT_WEBHOOKS__KEY=" + kWebhookKey});
    make_what_the_first_has();
  }

  void make_what_the_first_has() {
    const Json endpoint = {{"url", kSecretUrl}, {"events", {"payment.*"}}, {"signature", "v1a"}};
    const HttpAnswer made = api().post("/webhook-endpoints", endpoint, bearer(first_));
    ASSERT_EQ(made.status, 201) << made.body;
    endpoint_ = made.json()["id"];
    make_money_in_wallets();
    charge_ = fresh_uuid();
    const Json charge = {{"correlationId", charge_}, {"amount", 19.90}};
    ASSERT_EQ(api().post("/payments", charge, bearer(first_)).status, 202);
    const Json wanted = {{"from_currency", "USD"}, {"to_currency", "EUR"}, {"amount", 100'000}};
    const HttpAnswer quote = api().post("/quotes", wanted, bearer(first_));
    ASSERT_EQ(quote.status, 200) << quote.body;
    quote_ = quote.json()["quote_id"];
    Json conversion = conversion_body();
    conversion["source_account"] = kSecretAccount;
    conversion["external_id"] = kSecretNote;
    conversion["metadata"] = {{"note", kSecretNote}};
    conversion["delay_seconds"] = 3'600;
    HttpHeaders headers = bearer(first_);
    key_ = fresh_key();
    headers.emplace_back("Idempotency-Key", key_);
    const HttpAnswer accepted = api().post("/payments", conversion, headers);
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    payment_ = accepted.json()["payment_id"];
    // It is on its way to where it will not arrive.
    ASSERT_TRUE(eventually([&] {
      const Json found = api().get(deliveries(), bearer(first_)).json();
      if (!found["data"].empty()) delivery_ = found["data"][0]["id"];
      return !delivery_.empty();
    }));
    ASSERT_TRUE(eventually([&] {
      return api().get("/payments/" + charge_, bearer(first_)).json()["status"] == "COMPLETED";
    }));
  }

  /// And a transaction that waits.
  void make_money_in_wallets() {
    const auto send = [this](const std::string& path, const Json& body) {
      HttpHeaders headers = bearer(first_);
      headers.emplace_back("Idempotency-Key", fresh_key());
      const HttpAnswer made = api().post(path, body, headers);
      EXPECT_EQ(made.status, 201) << made.body;
      return made.json();
    };
    const Json owner = {{"user_id", kUser}, {"currency", "USD"}, {"opening_balance", 5'000}};
    send("/wallets", owner);
    send("/wallets", {{"user_id", "its-friend"}, {"currency", "USD"}});
    const Json hold = {{"from_user_id", kUser},
                       {"to_user_id", "its-friend"},
                       {"amount", 100},
                       {"capture", "manual"},
                       {"expires_in_seconds", 3'600}};
    transaction_ = send("/transactions", hold)["id"];
  }

  [[nodiscard]] const HttpApi& api() const { return remit_->api(); }
  [[nodiscard]] std::string deliveries() const {
    return "/webhook-endpoints/" + endpoint_ + "/deliveries";
  }

  /// With the ids of the first tenant.
  [[nodiscard]] std::string path_of(const Route& route) const {
    const std::map<std::string, std::string> parameters = {
        {"{payment_id}", payment_},   {"{quote_id}", quote_},
        {"{key_id}", id_of(first_)},  {"{endpoint_id}", endpoint_},
        {"{delivery_id}", delivery_}, {"{finding_id}", fresh_uuid()},
        {"{user_id}", kUser},         {"{transaction_id}", transaction_}};
    std::string path = route.pattern;
    for (const auto& [name, value] : parameters) {
      const std::size_t at = path.find(name);
      if (at != std::string::npos) path.replace(at, name.size(), value);
    }
    EXPECT_EQ(path.find('{'), std::string::npos) << "the walk knows no value for " << path;
    return path;
  }

  HttpAnswer ask(const Route& route, const HttpHeaders& headers, const std::string& body = "{}") {
    return api().send(route.method, path_of(route), has_body(route) ? body : "", headers);
  }
  static bool has_body(const Route& route) {
    return route.method == "POST" || route.method == "PATCH";
  }

  /// Everything that the first tenant can read of its own, but for when its key was last used.
  Json what_the_first_sees() {
    Json seen;
    for (const std::string& path :
         {std::string("/payments"), "/payments/" + charge_, "/payments/" + payment_,
          "/payments/" + payment_ + "/routing", std::string("/payments-summary"),
          "/quotes/" + quote_, std::string("/api-keys"), std::string("/webhook-endpoints"),
          "/webhook-endpoints/" + endpoint_, std::string("/webhook-public-keys"),
          std::string("/wallets"), "/wallets/" + kUser, "/transactions/" + transaction_,
          "/transactions/" + transaction_ + "/receipt", "/users/" + kUser + "/transactions"}) {
      const HttpAnswer answer = api().get(path, bearer(first_));
      EXPECT_EQ(answer.status, 200) << path << answer.body;
      seen[path] = answer.json();
    }
    for (Json& key : seen["/api-keys"]["data"]) key.erase("last_used_at");
    seen.erase("/payments/" + payment_ + "/routing");  // as of now
    return seen;
  }

  std::string first_, second_;
  std::string charge_, quote_, payment_, key_, endpoint_, delivery_, transaction_;
  std::unique_ptr<RemitProcess> remit_;
};

TEST_F(RouteWalk, KnowsEveryRouteWithAScope) {
  std::set<std::string> scopes;
  for (const Route& route : described_routes()) scopes.insert(route.scope);
  EXPECT_TRUE(scopes.contains("admin") && scopes.contains("payments:write"));
  EXPECT_GE(described_routes().size(), 18U);
}

TEST_F(RouteWalk, WrongKeysOpenNoRoute) {
  const std::string expired = make_key("first", "all", {"--expires-in", "1ms"});
  const std::string revoked = make_key("first");
  ASSERT_EQ(command({"keys", "revoke", id_of(revoked)}).status, 0);
  std::string wrong_secret = first_;
  wrong_secret.replace(43, 50, make_key("first").substr(43));
  const std::map<std::string, HttpHeaders> wrong = {{"none", {}},
                                                    {"nonsense", bearer("remit_x_y_z")},
                                                    {"wrong secret", bearer(wrong_secret)},
                                                    {"expired", bearer(expired)},
                                                    {"revoked", bearer(revoked)}};
  const Json before = what_the_first_sees();
  for (const Route& route : described_routes()) {
    if (route.scope.empty()) continue;
    for (const auto& [what, headers] : wrong) {
      SCOPED_TRACE(route.method + " " + route.pattern + " with the key: " + what);
      const HttpAnswer answer = ask(route, headers);
      EXPECT_EQ(answer.status, 401) << answer.body;
      EXPECT_EQ(answer.code(), "UNAUTHENTICATED");
      EXPECT_TRUE(answer.header("www-authenticate").starts_with("Bearer"));
    }
  }
  EXPECT_EQ(what_the_first_sees(), before);
}

TEST_F(RouteWalk, AKeyWithEveryScopeButTheRightOneOpensNoRoute) {
  const Json document = Json::parse(std::ifstream(REMIT_ROOT "/docs/openapi.json"));
  const Json before = what_the_first_sees();
  std::map<std::string, std::string> keys;  // by the scope that they lack
  for (const Route& route : described_routes()) {
    if (route.scope.empty()) continue;
    SCOPED_TRACE(route.method + " " + route.pattern);
    if (!keys.contains(route.scope)) {
      std::string others;
      for (const std::string scope : document["components"]["schemas"]["Scope"]["enum"]) {
        if (scope != route.scope) others += (others.empty() ? "" : ",") + scope;
      }
      keys[route.scope] = make_key("first", others);
    }
    const HttpAnswer answer = ask(route, bearer(keys[route.scope]));
    EXPECT_EQ(answer.status, 403) << answer.body;
    EXPECT_EQ(answer.code(), "FORBIDDEN");
  }
  EXPECT_EQ(what_the_first_sees()["/payments"], before["/payments"]);
}

TEST_F(RouteWalk, AnotherTenantSeesNamesAndChangesNothing) {
  // What the second tenant asks for with the names of the first one's things. A route that is not
  // here is refused for its empty body at best, so it has to be added.
  const std::map<std::string, std::string> bodies = {
      {"createPayment", Json({{"correlationId", charge_}, {"amount", 5.00}}).dump()},
      {"createQuote", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})"},
      {"calculateFees", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})"},
      {"createWallet", R"({"user_id":"the-seconds-user","currency":"USD"})"},
      {"depositFunds", R"({"amount":1})"},
      {"withdrawFunds", R"({"amount":1})"},
      {"freezeWallet", R"({"reason":"envy"})"},
      {"unfreezeWallet", ""},
      {"createTransaction", kTransfer.dump()},
      {"createTransactions", Json({{"transactions", {kTransfer}}}).dump()},
      {"captureTransaction", ""},
      {"cancelPayment", "{}"},
      {"retryPayment", "{}"},
      {"purgePayments", "{}"},
      {"createApiKey", R"({"name":"second's","scopes":["admin"]})"},
      {"rotateApiKey", R"({"overlap_seconds":0})"},
      {"createWebhookEndpoint", R"({"url":"https://second.example/","events":["a.b"]})"},
      {"changeWebhookEndpoint", R"({"url":"https://second.example/"})"},
      {"rotateWebhookSecret", R"({"grace_period_seconds":0})"},
      {"testWebhookEndpoint", ""},
      {"replayWebhookEvents", R"({"since":"2020-01-01T00:00:00Z"})"},
      {"redeliverWebhook", ""}};
  const Json before = what_the_first_sees();
  std::cout << "walked with another tenant's key:\n";
  for (const Route& route : described_routes()) {
    if (route.scope.empty()) continue;
    SCOPED_TRACE(route.method + " " + route.pattern);
    ASSERT_TRUE(!has_body(route) || bodies.contains(route.id)) << "no body for it";
    HttpHeaders headers = bearer(second_);
    headers.emplace_back("Idempotency-Key", fresh_key());
    const HttpAnswer answer =
        ask(route, headers, bodies.contains(route.id) ? bodies.at(route.id) : "");
    std::cout << "  " << answer.status << " " << route.method << " " << route.pattern << "\n";
    const bool names_one = route.pattern.find('{') != std::string::npos ||
                           route.id == "createTransaction" ||
                           route.id == "getLatestCheckpoint";  // it has none of its own
    if (names_one) {
      EXPECT_EQ(answer.status, 404) << answer.body;
    } else if (route.id == "followEvents") {
      EXPECT_EQ(answer.status, 426) << "the walk opens no WebSocket: " << answer.body;
    } else {
      EXPECT_EQ(answer.status / 100, 2) << answer.body;
    }
    for (const std::string& secret : {kSecretAccount, kSecretNote, kSecretUrl, key_}) {
      EXPECT_EQ(answer.body.find(secret), std::string::npos) << answer.body;
    }
    // The second's own charge has the first's id, which the second chose itself.
    if (!names_one && route.id != "createPayment" && route.id != "listPayments") {
      for (const std::string& id : {charge_, payment_, quote_, endpoint_, id_of(first_)}) {
        EXPECT_EQ(answer.body.find(id), std::string::npos) << answer.body;
      }
    }
  }
  EXPECT_EQ(what_the_first_sees(), before);
}

TEST_F(RouteWalk, AnotherTenantCannotPayOnAQuoteOrReplayAKey) {
  Json conversion = {{"amount", 100'000},           {"currency", "USD"},
                     {"source_account", "a-buyer"}, {"destination_account", "a-seller"},
                     {"quote_id", quote_},          {"destination_currency", "EUR"}};
  HttpHeaders headers = bearer(second_);
  headers.emplace_back("Idempotency-Key", key_);
  const HttpAnswer refused = api().post("/payments", conversion, headers);
  EXPECT_EQ(refused.status, 404) << refused.body;
  EXPECT_EQ(refused.code(), "QUOTE_NOT_FOUND");
  conversion.erase("quote_id");
  const HttpAnswer own = api().post("/payments", conversion, headers);
  EXPECT_EQ(own.status, 202) << "the key is the second's own: " << own.body;
  EXPECT_NE(own.json()["payment_id"], payment_);
  EXPECT_EQ(own.header("idempotent-replayed"), "");
}

}  // namespace
}  // namespace remit::test
