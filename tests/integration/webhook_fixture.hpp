// The product with endpoints at the sandbox's receiver. Main thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "product_test.hpp"

namespace remit::test {

inline const std::string kWebhookKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class WebhookFixture : public ProductTest {
 protected:
  /// `more`: settings, besides those that let the receiver of the test be reached.
  [[nodiscard]] std::unique_ptr<RemitProcess> start(std::vector<std::string> more = {}) const {
    more.emplace_back("webhooks.allow_private_networks=true");
    return std::make_unique<RemitProcess>(
        config, more, std::vector<std::string>{"REMIT_WEBHOOKS__KEY=" + kWebhookKey});
  }

  /// At the path of the receiver; what it answers is its secret and its id.
  Json make_endpoint(const HttpApi& api, const std::string& path, Json more = {}) {
    Json wanted = {{"url", world.url("webhooks") + path}, {"events", {"payment.*"}}};
    if (more.is_object()) wanted.update(more);
    const HttpAnswer made = api.post("/webhook-endpoints", wanted);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json();
  }

  /// In the order of their arrival.
  std::vector<Json> received(const std::string& path) {
    return world.api("webhooks").get("/received?path=" + path).json().at("received");
  }
  std::vector<std::int64_t> sequences(const std::string& path) {
    std::vector<std::int64_t> all;
    for (const Json& one : received(path)) {
      all.push_back(Json::parse(one["body"].get<std::string>())["sequence"]);
    }
    return all;
  }
  /// Of all of them together.
  std::set<std::int64_t> arrived(const std::string& path) {
    const auto all = sequences(path);
    return {all.begin(), all.end()};
  }

  /// What of the tenant's events an endpoint for payments wants.
  std::set<std::int64_t> wanted(const HttpApi& api) {
    std::set<std::int64_t> numbers;
    std::string after = "0";
    for (;;) {
      const Json page = api.get("/events?limit=100&types=payment.*&after=" + after).json();
      for (const Json& event : page["data"]) numbers.insert(event["sequence"].get<std::int64_t>());
      if (page["next_cursor"].is_null()) return numbers;
      after = page["next_cursor"].get<std::string>();
    }
  }

  std::vector<Json> deliveries(const HttpApi& api, const std::string& endpoint,
                               const std::string& query = "") {
    const HttpAnswer answer =
        api.get("/webhook-endpoints/" + endpoint + "/deliveries?limit=100" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json().at("data");
  }

  void charge(const HttpApi& api, int count) {
    for (int i = 0; i < count; ++i) accept_charge(api);
  }
  void await_charges() {
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM saga WHERE status <> 'COMPLETED'") == "0" &&
             sql("SELECT count(*) FROM event_unnumbered") == "0";
    }));
  }
};

}  // namespace remit::test
