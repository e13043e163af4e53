// docs/asyncapi.json: what it says of events is what remit tells.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <map>
#include <regex>
#include <set>

#include "product_test.hpp"
#include "support/files.hpp"
#include "support/json_schema.hpp"
#include "support/scripted_peer.hpp"
#include "support/websocket_client.hpp"

namespace remit::test {
namespace {

using Names = std::set<std::string>;

Json document_of(const std::string& name) {
  return Json::parse(content_of(REMIT_ROOT "/docs/" + name));
}

Names names_of(const Json& object) {
  Names names;
  for (const auto& [name, member] : object.items()) names.insert(name);
  return names;
}

/// Types of events, as they stand in the code: "payment.completed".
Names types_in(const std::string& text) {
  Names types;
  for (const std::string begin :
       {"payment.", "refund.", "dead_letter.", "transaction.", "wallet.", "settlement.",
        "webhook_endpoint.", "provider.", "reconciliation."}) {
    const std::string mark = '"' + begin;
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
      const std::string type = text.substr(at + 1, text.find('"', at + 1) - at - 1);
      const std::string letters = "abcdefghijklmnopqrstuvwxyz_";
      const bool is_name = type.find_first_not_of(letters, begin.size()) == type.npos;
      if (is_name && type.size() > begin.size()) types.insert(type);
    }
  }
  return types;
}

class AsyncApiTest : public ProductTest {
 protected:
  [[nodiscard]] const Json& payload_of(const std::string& message) const {
    return document["components"]["messages"].at(message).at("payload");
  }
  void expect_described(const std::string& message, const Json& value) const {
    const auto faults = schema_faults(document, payload_of(message), value);
    EXPECT_TRUE(faults.empty()) << value.dump() << "\n" << Json(faults).dump(2);
  }
  /// Of all payments, once there is one of each type.
  Names told_types(const HttpApi& api) const {
    Names types;
    std::string after = "0";
    while (true) {
      const Json page = api.get("/events?limit=100&after=" + after).json();
      for (const Json& event : page["data"]) {
        types.insert(event["type"]);
        expect_described(event["type"], event);
      }
      if (page["next_cursor"].is_null()) return types;
      after = page["next_cursor"].get<std::string>();
    }
  }
  void complete_and_cancel(const HttpApi& api) {
    await_payment(api, accept_charge(api), "COMPLETED");
    await_payment(api, accept_conversion(api)["payment_id"], "COMPLETED");
    Json later = conversion_body();
    later["delay_seconds"] = 3'600;
    const std::string id = accept_conversion(api, later)["payment_id"];
    EXPECT_EQ(api.send("POST", "/payments/" + id + "/cancel").status, 200);
  }
  void give_back(const HttpApi& api) {
    for (const std::string name : {"swift-offramp", "steady-offramp"}) {
      world.set_faults(name, {{"reject_rate", 1}});
    }
    await_payment(api, accept_conversion(api)["payment_id"], "FAILED");
  }
  /// A charge of which its processor has another amount, until a person has seen to it.
  void park_and_resolve(const HttpApi& api) {
    const std::string id = fresh_uuid();
    const std::string wrong = R"({"correlationId":")" + id +
                              R"(","amount":20.00,"requestedAt":"2026-01-02T03:04:05.678Z"})";
    ASSERT_EQ(world.api("default").send("POST", "/payments", wrong).status, 200);
    ASSERT_EQ(api.post("/payments", {{"correlationId", id}, {"amount", 19.90}}).status, 202);
    const auto code = [&] { return api.get("/payments/" + id).json()["error_code"]; };
    EXPECT_TRUE(eventually([&] { return code() == "AMOUNT_DIFFERS"; }));
    const HttpAnswer corrected =
        world.api("default").send("POST", "/admin/purge-payments", "", {{"X-Rinha-Token", "123"}});
    ASSERT_EQ(corrected.status, 200) << corrected.body;
    EXPECT_EQ(api.send("POST", "/payments/" + id + "/retry").status, 202);
    await_payment(api, id, "COMPLETED");
  }

  /// The circuit of a processor opens, and closes again.
  void trip_a_circuit() {
    std::vector<std::string> environment;
    for (const char* const setting : {"MIN_CALLS=1", "HALF_OPEN_CALLS=1", "OPEN_FOR=100ms"}) {
      environment.push_back(std::string("REMIT_PROVIDER__0__BREAKER__") + setting);
    }
    const RemitProcess remit(config, {}, environment);
    world.set_faults("default", {{"drop_response_rate", 1}});
    const std::string id = accept_charge(remit.api());
    const auto has_told = [&](const std::string& type) {
      return !remit.api().get("/events?types=provider.circuit_" + type).json()["data"].empty();
    };
    EXPECT_TRUE(eventually([&] { return has_told("opened"); }));
    world.set_faults("default", {{"drop_response_rate", 0}});
    EXPECT_TRUE(eventually([&] {
      accept_charge(remit.api());
      return has_told("closed");
    }));
    EXPECT_TRUE(has_told("half_open"));
    await_payment(remit.api(), id, "COMPLETED");
  }

  /// A transaction that ends in each of the ways, by an hour that does not pass.
  void move_money(const HttpApi& api) {
    const auto send = [&api](const std::string& path, const Json& body) {
      const HttpAnswer made = api.post(path, body, {{"Idempotency-Key", fresh_key()}});
      EXPECT_EQ(made.status, 201) << made.body;
      return made.json();
    };
    send("/wallets", {{"user_id", "alice"}, {"currency", "USD"}, {"opening_balance", 500}});
    send("/wallets", {{"user_id", "bob"}, {"currency", "USD"}});
    send("/wallets", {{"user_id", "gone"}, {"currency", "USD"}});
    Json transfer = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 10}};
    send("/transactions", transfer);
    Json late = transfer;
    late["delay_seconds"] = 3'600;
    const std::string id = send("/transactions", late)["id"];
    EXPECT_EQ(api.send("DELETE", "/transactions/" + id).status, 204);
    transfer["to_user_id"] = "gone";
    transfer["delay_seconds"] = 1;
    send("/transactions", transfer);
    EXPECT_EQ(api.send("DELETE", "/wallets/gone").status, 204);
  }

  /// Once the money has moved.
  void miscount(const HttpApi& api) {
    EXPECT_TRUE(eventually([&] { return api.get("/wallets/bob").json()["balance"] == 10; }));
    sql("ALTER TABLE wallet DISABLE TRIGGER USER");
    sql("UPDATE wallet SET balance = balance + 1 WHERE user_id = 'bob'");
    sql("ALTER TABLE wallet ENABLE TRIGGER USER");
  }

  void lose_an_endpoint(const HttpApi& api) {
    world.set_faults("webhooks", {{"status", 410}});
    const Json wanted = {{"url", world.url("webhooks")}, {"events", {"payment.*"}}};
    ASSERT_EQ(api.post("/webhook-endpoints", wanted).status, 201);
  }

  const Json document = document_of("asyncapi.json");
  const std::vector<std::string> with_webhooks = {"webhooks.allow_private_networks=true",
                                                  "webhooks.key=" + std::string(43, 'k') + "="};
};

TEST_F(AsyncApiTest, HasEveryTypeThatTheCodeTellsAndNoOther) {
  Names types;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(REMIT_ROOT "/src")) {
    if (entry.path().extension() == ".cpp") types.merge(types_in(content_of(entry.path())));
  }
  EXPECT_GT(types.size(), 10U);
  Names described = names_of(document["channels"]["events"]["messages"]);
  for (const std::string& name : names_of(document["channels"]["webhook"]["messages"])) {
    if (!name.starts_with("webhook.")) described.insert(name);
  }
  EXPECT_EQ(described, types);
  for (const Json& one : document["components"]["schemas"]["AnyEvent"]["oneOf"]) {
    types.erase(resolve(document, one)["allOf"][1]["properties"]["type"]["const"]);
  }
  EXPECT_EQ(types, (Names{"webhook_endpoint.test"})) << "which no sequence has";
}

TEST_F(AsyncApiTest, DescribesTheEventsOfARealRun) {
  trip_a_circuit();
  std::vector<std::string> settings = with_webhooks;
  settings.push_back("reconciliation.interval=200ms");
  const RemitProcess remit(config, settings);
  lose_an_endpoint(remit.api());
  move_money(remit.api());
  miscount(remit.api());
  complete_and_cancel(remit.api());
  give_back(remit.api());
  park_and_resolve(remit.api());
  const Names all = names_of(document["channels"]["events"]["messages"]);
  EXPECT_TRUE(eventually([&] { return told_types(remit.api()) == all; }))
      << Json(told_types(remit.api())).dump();
  WebSocketClient client(remit.api().connect());
  ASSERT_EQ(client.open(document["channels"]["events"]["address"].get<std::string>() + "?after=0")
                .value()
                .status,
            101);
  const Json first = Json::parse(client.read_frame().value().payload);
  expect_described(first["type"], first);
}

TEST_F(AsyncApiTest, DescribesWhatAnEndpointIsSent) {
  std::promise<std::string> sent;
  ScriptedPeer receiver([&sent](RawSocket& socket, std::size_t) {
    sent.set_value(socket.read_request());
    socket.send(ok_answer(""));
  });
  const RemitProcess remit(config, with_webhooks);
  const Json made =
      remit.api()
          .post("/webhook-endpoints", {{"url", receiver.url() + "/"}, {"events", {"payment.*"}}})
          .json();
  const std::string path = "/webhook-endpoints/" + made["id"].get<std::string>();
  EXPECT_EQ(remit.api().post(path + "/test", Json::object()).json()["status"], 200);
  const std::string request = sent.get_future().get();
  const std::size_t end = request.find("\r\n\r\n");
  expect_described("webhook_endpoint.test", Json::parse(request.substr(end + 4)));
  Json headers;
  static const std::regex line("(webhook-[a-z]+): ([^\r]*)\r");
  for (auto it = std::sregex_iterator(request.begin(), request.end(), line);
       it != std::sregex_iterator(); ++it) {
    headers[it->str(1)] = it->str(2);
  }
  const auto faults =
      schema_faults(document, {{"$ref", "#/components/schemas/WebhookHeaders"}}, headers);
  EXPECT_TRUE(faults.empty()) << Json(faults).dump(2);
}

TEST_F(AsyncApiTest, SaysTheSameOfPaymentsAsOpenApi) {
  const Json openapi = document_of("openapi.json");
  const Json& theirs = openapi["components"]["schemas"];
  const Json& ours = document["components"]["schemas"];
  for (const char* const name : {"Time", "Minor", "Amount", "Currency", "Fees", "Rate", "PaymentId",
                                 "QuoteId", "PaymentStatus", "UserId", "Wallet", "Transaction",
                                 "TransactionStatus", "WebhookEndpoint", "Finding"}) {
    EXPECT_EQ(ours.at(name), theirs.at(name)) << name;
  }
  for (const auto& [shown, whole] : std::map<std::string, std::string>{
           {"ShownCharge", "ChargePayment"}, {"ShownConversion", "ConversionPayment"}}) {
    Json expected = theirs.at(whole);
    for (const std::string gone : {"state_history", "attempts"}) {
      expected["properties"].erase(gone);
      std::erase(expected["required"].get_ref<Json::array_t&>(), Json(gone));
    }
    EXPECT_EQ(ours.at(shown), expected);
  }
  const Json& query = document["channels"]["events"]["bindings"]["ws"]["query"]["properties"];
  Json described = Json::object();
  for (const Json& one : openapi["paths"]["/ws"]["get"]["parameters"]) {
    Json schema = one["schema"];
    schema["description"] = one["description"];
    described[one["name"].get<std::string>()] = schema;
  }
  EXPECT_EQ(query, described);
  EXPECT_EQ(document["info"]["version"], openapi["info"]["version"]);
}

TEST_F(AsyncApiTest, ItsExamplesAndReferencesAreGood) {
  std::size_t examples = 0;
  for (const auto& [name, message] : document["components"]["messages"].items()) {
    for (const Json& one : message.value("examples", Json::array())) {
      expect_described(name, one["payload"]);
      ++examples;
    }
    Json wrong = message.value("examples", Json::array({{{"payload", 1}}}))[0]["payload"];
    if (wrong.is_object()) wrong["type"] = "payment.unknown";
    EXPECT_FALSE(schema_faults(document, payload_of(name), wrong).empty()) << name;
  }
  EXPECT_EQ(examples, 3U);
  for (const auto& [name, operation] : document["operations"].items()) {
    const Json& channel = resolve(document, operation["channel"]);
    EXPECT_EQ(operation["messages"].size(), channel["messages"].size());
    for (const Json& message : operation["messages"]) {
      EXPECT_TRUE(resolve(document, resolve(document, message)).contains("payload"));
    }
  }
}

}  // namespace
}  // namespace remit::test
