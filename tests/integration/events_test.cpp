// Events of real payments, as clients read them: by list and over a WebSocket.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>

#include "product_test.hpp"
#include "support/websocket_client.hpp"

namespace remit::test {
namespace {

using Types = std::vector<std::string>;

class EventsTest : public ProductTest {
 protected:
  static Json list(const HttpApi& api, const std::string& query = "?after=0&limit=100") {
    const HttpAnswer answer = api.get("/events" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }

  /// All of them, page by page.
  static std::vector<Json> all_events(const HttpApi& api) {
    std::vector<Json> events;
    std::string after = "0";
    for (;;) {
      const Json page = list(api, "?limit=100&after=" + after);
      events.insert(events.end(), page["data"].begin(), page["data"].end());
      if (page["next_cursor"].is_null()) return events;
      after = page["next_cursor"].get<std::string>();
    }
  }

  static Types types_of(const std::vector<Json>& events, const std::string& payment_id) {
    Types types;
    for (const Json& event : events) {
      if (event["resource"] == "/payments/" + payment_id) types.push_back(event["type"]);
    }
    return types;
  }

  static void await_type(const HttpApi& api, const std::string& payment_id,
                         const std::string& type) {
    EXPECT_TRUE(eventually([&] {
      const Types types = types_of(all_events(api), payment_id);
      return std::ranges::find(types, type) != types.end();
    })) << type;
  }

  /// As the events show it.
  static Json shown(const HttpApi& api, const std::string& payment_id) {
    Json payment = api.get("/payments/" + payment_id).json();
    payment.erase("state_history");
    payment.erase("attempts");
    return payment;
  }

  static void expect_no_gaps(const std::vector<Json>& events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      ASSERT_EQ(events[i]["sequence"].get<std::size_t>(), i + 1);
    }
  }

  static WebSocketClient follow(const RemitProcess& remit, const std::string& query = "") {
    WebSocketClient client(remit.api().connect());
    const auto answer = client.open("/ws" + query);
    if (!answer || answer->status != 101) throw std::runtime_error("no WebSocket was opened");
    return client;
  }
  static Json next(WebSocketClient& client) {
    for (;;) {
      const auto frame = client.read_frame();
      if (!frame) return {};
      if (frame->opcode == 1) return Json::parse(frame->payload, nullptr, false);
    }
  }
};

TEST_F(EventsTest, AChargeIsToldFromItsAcceptanceToItsEnd) {
  const RemitProcess remit(config);
  const std::string id = accept_charge(remit.api());
  await_payment(remit.api(), id, "COMPLETED");
  await_type(remit.api(), id, "payment.completed");
  const std::vector<Json> events = all_events(remit.api());
  EXPECT_EQ(types_of(events, id), (Types{"payment.accepted", "payment.completed"}));
  expect_no_gaps(events);
  const Json payment = shown(remit.api(), id);
  EXPECT_EQ(events[1]["data"], payment);
  EXPECT_EQ(events[1]["changes"], Json::parse(R"({"status":["PROCESSING","COMPLETED"]})"));
  const Json& accepted = events[0]["data"];
  EXPECT_EQ(accepted["status"], "PENDING");
  EXPECT_EQ(accepted["created_at"], payment["created_at"]);
  EXPECT_EQ(accepted["amount"], payment["amount"]);
  EXPECT_EQ(accepted["processor"], nullptr);
  EXPECT_EQ(accepted.size(), payment.size());
}

TEST_F(EventsTest, AConversionIsToldStepByStep) {
  const RemitProcess remit(config);
  Json body = conversion_body();
  body["metadata"] = {{"note", "line\nbreak\tand tab"}, {"large", 1e30}};
  const std::string id = accept_conversion(remit.api(), body)["payment_id"];
  await_payment(remit.api(), id, "COMPLETED");
  await_type(remit.api(), id, "payment.completed");
  const std::vector<Json> events = all_events(remit.api());
  EXPECT_EQ(types_of(events, id),
            (Types{"payment.accepted", "payment.onramp_pending", "payment.onramp_complete",
                   "payment.offramp_pending", "payment.completed"}));
  expect_no_gaps(events);
  const Json payment = shown(remit.api(), id);
  EXPECT_EQ(events.back()["data"], payment);
  EXPECT_EQ(events.front()["data"]["metadata"], payment["metadata"]);
  EXPECT_EQ(events.front()["data"].size(), payment.size());
  EXPECT_EQ(events[2]["data"]["status"], "ONRAMP_COMPLETE");
}

TEST_F(EventsTest, ManyAtOnceHaveOneSequenceWithoutGaps) {
  const RemitProcess one(config);
  const RemitProcess two(config);
  std::vector<std::future<void>> clients;
  for (int client = 0; client < 4; ++client) {
    const HttpApi& api = client % 2 == 0 ? one.api() : two.api();
    clients.push_back(std::async(std::launch::async, [&api] {
      for (int i = 0; i < 25; ++i) accept_charge(api);
    }));
  }
  for (std::future<void>& client : clients) client.get();
  EXPECT_TRUE(eventually([&] { return all_events(one.api()).size() == 200; }));
  const std::vector<Json> events = all_events(two.api());
  expect_no_gaps(events);
  std::map<std::string, Types> told;
  for (const Json& event : events) told[event["resource"]].push_back(event["type"]);
  EXPECT_EQ(told.size(), 100U);
  for (const auto& [resource, types] : told) {
    EXPECT_EQ(types, (Types{"payment.accepted", "payment.completed"})) << resource;
  }
}

TEST_F(EventsTest, WhenTheOneThatGivesNumbersIsKilledAnotherGoesOn) {
  RemitProcess one(config);
  accept_charge(one.api());
  EXPECT_TRUE(eventually([&] { return all_events(one.api()).size() == 2; }));
  const RemitProcess two(config);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(accept_charge(one.api()));
  one.process().kill();
  for (int i = 0; i < 5; ++i) ids.push_back(accept_charge(two.api()));
  for (const std::string& id : ids) await_type(two.api(), id, "payment.completed");
  const std::vector<Json> events = all_events(two.api());
  expect_no_gaps(events);
  EXPECT_EQ(events.size(), 22U);
}

TEST_F(EventsTest, ARequestThatWaitsIsAnsweredWhenSomethingHappens) {
  const RemitProcess remit(config);
  std::future<Json> waiting =
      std::async(std::launch::async, [&] { return list(remit.api(), "?after=0&wait=30&limit=1"); });
  const std::string id = accept_charge(remit.api());
  const Json page = waiting.get();
  ASSERT_EQ(page["data"].size(), 1U);
  EXPECT_EQ(page["data"][0]["resource"], "/payments/" + id);
  EXPECT_EQ(page["last_sequence"], 1);
}

TEST_F(EventsTest, ParametersThatAreWrongAreNamed) {
  const RemitProcess remit(config);
  for (const auto& [query, name] :
       std::map<std::string, std::string>{{"?after=-1", "after"},
                                          {"?after=1x", "after"},
                                          {"?after=99999999999999999999", "after"},
                                          {"?types=everything", "types"},
                                          {"?resource=payments", "resource"},
                                          {"?wait=31", "wait"},
                                          {"?limit=0", "limit"},
                                          {"?before=1", "before"}}) {
    const HttpAnswer answer = remit.api().get("/events" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.code(), "VALIDATION_ERROR") << query;
    EXPECT_NE(answer.body.find(name), std::string::npos) << answer.body;
  }
}

TEST_F(EventsTest, EventsThatAreGoneAreSaidWithTheOldestThatThereIs) {
  const RemitProcess remit(config);
  const std::string id = accept_charge(remit.api());
  await_type(remit.api(), id, "payment.completed");
  sql("DELETE FROM event_range WHERE first_sequence = 1");
  const HttpAnswer gone = remit.api().get("/events?after=0");
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.code(), "SEQUENCE_EXPIRED");
  EXPECT_EQ(list(remit.api(), "")["data"].size(), 1U);
  WebSocketClient client(remit.api().connect());
  EXPECT_EQ(client.open("/ws?after=0")->status, 410);
}

TEST_F(EventsTest, ASocketIsSentWhatComes) {
  const RemitProcess remit(config);
  WebSocketClient client = follow(remit);
  const std::string id = accept_charge(remit.api());
  EXPECT_EQ(next(client)["type"], "payment.accepted");
  const Json completed = next(client);
  EXPECT_EQ(completed["type"], "payment.completed");
  EXPECT_EQ(completed["data"], shown(remit.api(), id));
}

TEST_F(EventsTest, ASocketGoesOnAfterTheLastNumberAndMissesNothing) {
  const RemitProcess remit(config);
  const std::string first = accept_charge(remit.api());
  await_type(remit.api(), first, "payment.completed");
  WebSocketClient client = follow(remit, "?after=1");
  EXPECT_EQ(next(client)["sequence"], 2);
  accept_charge(remit.api());
  EXPECT_EQ(next(client)["sequence"], 3);
  EXPECT_EQ(next(client)["sequence"], 4);
}

TEST_F(EventsTest, ASocketOfAnotherInstanceIsSentTheSame) {
  const RemitProcess one(config);
  const RemitProcess two(config);
  WebSocketClient client = follow(two, "?after=0&types=payment.completed");
  for (int i = 0; i < 3; ++i) accept_charge(one.api());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(client)["type"], "payment.completed");
}

TEST_F(EventsTest, ASocketWithAFilterIsSentNothingElse) {
  const RemitProcess remit(config);
  const std::string id = fresh_uuid();
  WebSocketClient client = follow(remit, "?resource=/payments/" + id);
  accept_charge(remit.api());
  const HttpAnswer accepted =
      remit.api().post("/payments", {{"correlationId", id}, {"amount", 19.90}});
  ASSERT_EQ(accepted.status, 202);
  for (const char* const type : {"payment.accepted", "payment.completed"}) {
    const Json event = next(client);
    EXPECT_EQ(event["resource"], "/payments/" + id);
    EXPECT_EQ(event["type"], type);
  }
}

TEST_F(EventsTest, ASocketIsClosedWhenTheServiceStops) {
  RemitProcess remit(config);
  WebSocketClient client = follow(remit);
  remit.process().signal(SIGTERM);
  EXPECT_TRUE(client.read().starts_with("close 1001"));
}

TEST_F(EventsTest, ARequestThatIsNoHandshakeIsToldToUpgrade) {
  const RemitProcess remit(config);
  const HttpAnswer answer = remit.api().get("/ws");
  EXPECT_EQ(answer.status, 426);
  EXPECT_EQ(remit.api().get("/ws?after=x").status, 400);
}

}  // namespace
}  // namespace remit::test
