// Events of real payments on their way to a real receiver.
#include "webhook_fixture.hpp"

#include <algorithm>

namespace remit::test {
namespace {

using Numbers = std::vector<std::int64_t>;

const std::vector<std::string> kQuick = {"webhooks.schedule=0s,300ms,600ms,900ms"};

class WebhookTest : public WebhookFixture {
 protected:
  std::string status_of(const HttpApi& api, const std::string& delivery) {
    return api.get("/webhook-deliveries/" + delivery).json()["state"];
  }
};

TEST_F(WebhookTest, EveryEventArrivesAsTheListShowsIt) {
  const auto remit = start();
  make_endpoint(remit->api(), "/shop");
  make_endpoint(remit->api(), "/thin", {{"mode", "thin"}});
  charge(remit->api(), 20);
  await_charges();
  ASSERT_TRUE(eventually([&] { return arrived("/shop") == wanted(remit->api()); }));
  std::map<std::string, Json> events;
  for (const Json& event : remit->api().get("/events?after=0&limit=100").json()["data"]) {
    events[event["id"]] = event;
  }
  EXPECT_EQ(received("/shop").size(), events.size());
  for (const Json& one : received("/shop")) {
    const Json body = Json::parse(one["body"].get<std::string>());
    EXPECT_EQ(body, events[body["id"]]);
    EXPECT_EQ(one["headers"]["webhook-id"], body["id"]);
    EXPECT_TRUE(one["headers"].contains("webhook-signature"));
  }
  ASSERT_TRUE(eventually([&] { return arrived("/thin") == wanted(remit->api()); }));
  for (const Json& one : received("/thin")) {
    const Json body = Json::parse(one["body"].get<std::string>());
    Json event = events[body["id"]];
    event.erase("data");
    event.erase("changes");
    EXPECT_EQ(body, event);
  }
}

TEST_F(WebhookTest, AnEndpointThatFailsGetsAllOfItInOrderWhenItIsBack) {
  const auto remit = start({"webhooks.schedule=0s,200ms,400ms,600ms,800ms,1s,30s"});
  const std::string endpoint = make_endpoint(remit->api(), "/shop")["id"];
  world.set_faults("webhooks", {{"failing", true}});
  charge(remit->api(), 5);
  await_charges();
  ASSERT_TRUE(eventually([&] { return arrived("/shop").size() == 10; })) << "each was tried";
  // One at a time: the order of first attempts is that of the numbers.
  Numbers first;
  for (const std::int64_t number : sequences("/shop")) {
    if (std::ranges::find(first, number) == first.end()) first.push_back(number);
  }
  EXPECT_TRUE(std::ranges::is_sorted(first));
  world.set_faults("webhooks", {{"failing", false}});
  EXPECT_TRUE(eventually(
      [&] { return deliveries(remit->api(), endpoint, "&state=delivered").size() == 10; }));
  for (const Json& one : deliveries(remit->api(), endpoint)) {
    EXPECT_EQ(one["last_status"], 200);
    EXPECT_GT(one["attempts"], 1);
    EXPECT_TRUE(one["due_at"].is_null());
  }
}

TEST_F(WebhookTest, AfterTheLastAttemptItIsADeadLetterThatCanBeDeliveredAgain) {
  const auto remit = start(kQuick);
  const std::string endpoint = make_endpoint(remit->api(), "/shop")["id"];
  world.set_faults("webhooks", {{"failing", true}});
  charge(remit->api(), 1);
  await_charges();
  ASSERT_TRUE(eventually(
      [&] { return deliveries(remit->api(), endpoint, "&state=dead_lettered").size() == 2; }));
  const Json dead = deliveries(remit->api(), endpoint, "&state=dead_lettered&with_answer=true")[0];
  EXPECT_EQ(dead["attempts"], 4);
  EXPECT_EQ(dead["last_status"], 500);
  EXPECT_EQ(dead["answer"], R"({"received":false})");
  EXPECT_FALSE(deliveries(remit->api(), endpoint)[0].contains("answer"));
  world.set_faults("webhooks", {{"failing", false}});
  const std::string id = dead["id"];
  const HttpAnswer again = remit->api().send("POST", "/webhook-deliveries/" + id + "/redeliver");
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.json()["state"], "pending");
  EXPECT_TRUE(eventually([&] { return status_of(remit->api(), id) == "delivered"; }));
  std::set<std::string> ids;
  for (const Json& one : received("/shop")) {
    const std::string sequence = std::to_string(dead["sequence"].get<std::int64_t>());
    const Json body = Json::parse(one["body"].get<std::string>());
    if (body["sequence"] == dead["sequence"]) ids.insert(one["headers"]["webhook-id"]);
  }
  EXPECT_EQ(ids, std::set<std::string>{dead["event_id"]}) << "it is the same in all attempts";
}

TEST_F(WebhookTest, AnEndpointThatIsGoneIsDisabledAndTheOthersAreTold) {
  const auto remit = start(kQuick);
  const std::string endpoint = make_endpoint(remit->api(), "/shop")["id"];
  world.set_faults("webhooks", {{"status", 410}});
  charge(remit->api(), 1);
  ASSERT_TRUE(eventually([&] {
    return remit->api().get("/webhook-endpoints/" + endpoint).json()["disabled_reason"] == "gone";
  }));
  ASSERT_TRUE(eventually([&] {
    return !remit->api()
                .get("/events?after=0&types=webhook_endpoint.disabled")
                .json()["data"]
                .empty();
  }));
  EXPECT_EQ(
      remit->api()
          .post("/webhook-endpoints/" + endpoint + "/replay", {{"since", "2020-01-01T00:00:00Z"}})
          .code(),
      "WEBHOOK_ENDPOINT_DISABLED");
  world.set_faults("webhooks", {{"status", 0}});
  ASSERT_EQ(
      remit->api().send("PATCH", "/webhook-endpoints/" + endpoint, R"({"enabled":true})").status,
      200);
  const HttpAnswer replayed = remit->api().post("/webhook-endpoints/" + endpoint + "/replay",
                                                {{"since", "2020-01-01T00:00:00Z"}});
  EXPECT_EQ(replayed.status, 202) << replayed.body;
  EXPECT_TRUE(eventually([&] {
    const auto delivered = deliveries(remit->api(), endpoint, "&state=delivered");
    return delivered.size() == wanted(remit->api()).size() && delivered.size() == 2;
  }));
}

TEST_F(WebhookTest, AReplayDeliversWhatAnEndpointNeverHad) {
  const auto remit = start();
  charge(remit->api(), 10);
  await_charges();
  const std::string endpoint = make_endpoint(remit->api(), "/late")["id"];
  const HttpAnswer replayed = remit->api().post("/webhook-endpoints/" + endpoint + "/replay",
                                                {{"since", "2020-01-01T00:00:00Z"}});
  ASSERT_EQ(replayed.status, 202) << replayed.body;
  EXPECT_EQ(replayed.json()["count"], 20);
  EXPECT_EQ(replayed.json()["has_more"], false);
  EXPECT_TRUE(eventually([&] { return arrived("/late") == wanted(remit->api()); }));
  const HttpAnswer future = remit->api().post("/webhook-endpoints/" + endpoint + "/replay",
                                              {{"since", "2100-01-01T00:00:00Z"}});
  EXPECT_EQ(future.json()["count"], 0);
}

TEST_F(WebhookTest, KilledAgainAndAgainItLosesNothing) {
  const std::vector<std::string> quick = {"webhooks.timeout=300ms",
                                          "webhooks.schedule=0s,100ms,200ms,300ms,400ms,20s"};
  world.set_faults("webhooks", {{"delay_ms", 20}, {"drop_response_rate", 0.2}});
  std::string endpoint;
  for (int round = 0; round < 3; ++round) {
    const auto remit = start(quick);
    if (endpoint.empty()) endpoint = make_endpoint(remit->api(), "/shop")["id"];
    const std::size_t before = received("/shop").size();
    charge(remit->api(), 15);
    EXPECT_TRUE(eventually([&] { return received("/shop").size() > before + 5; }));
    remit->process().kill();
  }
  world.set_faults("webhooks", {{"delay_ms", 0}, {"drop_response_rate", 0}});
  const auto remit = start(quick);
  // What was in flight is claimed again when its lease has ended.
  sql("UPDATE webhook_delivery SET lease_until = now() WHERE lease_until > now()");
  await_charges();
  EXPECT_TRUE(eventually([&] {
    return wanted(remit->api()).size() == 90 && arrived("/shop") == wanted(remit->api());
  }));
  EXPECT_TRUE(eventually([&] {
    return sql("SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'") == "90";
  }));
}

TEST_F(WebhookTest, TwoInstancesShareTheWork) {
  const auto one = start();
  const auto other = start();
  const std::string endpoint = make_endpoint(one->api(), "/shop")["id"];
  make_endpoint(other->api(), "/other");
  charge(one->api(), 30);
  charge(other->api(), 30);
  await_charges();
  for (const std::string path : {"/shop", "/other"}) {
    EXPECT_TRUE(eventually([&] { return arrived(path).size() == 120; })) << path;
    EXPECT_EQ(received(path).size(), 120U) << "while neither ends, each is sent once";
  }
  EXPECT_EQ(deliveries(other->api(), endpoint).size(), 100U);
}

TEST_F(WebhookTest, AStopGivesBackWhatItHas) {
  world.set_faults("webhooks", {{"delay_ms", 60'000}});
  {
    const auto remit = start({"server.drain_timeout=1s"});
    make_endpoint(remit->api(), "/shop");
    charge(remit->api(), 3);
    await_charges();
    ASSERT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM webhook_delivery WHERE lease_until > now()") != "0";
    }));
    EXPECT_EQ(remit->terminate(), 0);
  }
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery WHERE lease_until > now()"), "0");
  EXPECT_EQ(sql("SELECT sum(attempts) FROM webhook_delivery"), "0") << "it was no failure";
}

TEST_F(WebhookTest, AFaultInAListOrAReplayIsTold) {
  const auto remit = start();
  const std::string endpoint = make_endpoint(remit->api(), "/shop")["id"];
  const std::string path = "/webhook-endpoints/" + endpoint;
  EXPECT_EQ(remit->api().get(path + "/deliveries?state=lost").status, 400);
  EXPECT_EQ(remit->api().get(path + "/deliveries?with_answer=yes").status, 400);
  EXPECT_EQ(remit->api().get(path + "/deliveries?cursor=nonsense").status, 400);
  EXPECT_EQ(remit->api().post(path + "/replay", Json::object()).status, 400);
  EXPECT_EQ(remit->api().post(path + "/replay", {{"since", "yesterday"}}).status, 400);
  EXPECT_EQ(remit->api().get("/webhook-deliveries/none").code(), "WEBHOOK_DELIVERY_NOT_FOUND");
  EXPECT_EQ(remit->api().send("POST", "/webhook-deliveries/" + fresh_uuid() + "/redeliver").code(),
            "WEBHOOK_DELIVERY_NOT_FOUND");
}

TEST_F(WebhookTest, PagesOfDeliveriesFollowEachOther) {
  const auto remit = start();
  const std::string endpoint = make_endpoint(remit->api(), "/shop")["id"];
  charge(remit->api(), 5);
  await_charges();
  ASSERT_TRUE(eventually([&] { return arrived("/shop").size() == 10; }));
  Numbers seen;
  std::string cursor;
  do {
    const Json page = remit->api()
                          .get("/webhook-endpoints/" + endpoint + "/deliveries?limit=3" +
                               (cursor.empty() ? "" : "&cursor=" + cursor))
                          .json();
    for (const Json& one : page["data"]) seen.push_back(one["sequence"]);
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
  } while (!cursor.empty());
  EXPECT_EQ(seen, (Numbers{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace remit::test
