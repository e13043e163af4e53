// What a payment that waits says of itself, and what the log says of providers: nothing is silent.
#include <gtest/gtest.h>

#include "ended_program.hpp"
#include "product_test.hpp"
#include "support/scripted_peer.hpp"

namespace remit::test {
namespace {

class ProviderOutageTest : public ProductTest {
 protected:
  [[nodiscard]] std::string config_without_providers() const {
    return config.substr(0, config.find("[[provider]]"));
  }
  [[nodiscard]] std::string config_with_processor(const std::string& url) const {
    return config_without_providers() +
           "[[provider]]\nkind = \"processor\"\nname = \"default\"\nrole = \"default\"\nurl = \"" +
           url + "\"\ntimeout = \"2s\"\nhealth_interval = \"1s\"\n";
  }
  static Json last_decision(const RemitProcess& remit, const std::string& id) {
    const HttpAnswer answer = remit.api().get("/payments/" + id + "/routing");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json decisions = answer.json().at("decisions");
    return decisions.empty() ? Json::object() : decisions.back();
  }
  static std::size_t lines_with(RemitProcess& remit, const std::string& words) {
    const std::string log = remit.process().standard_error();
    std::size_t count = 0;
    for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++count;
    return count;
  }
};

TEST_F(ProviderOutageTest, APaymentThatWaitsForAProviderThatIsNotConfiguredSaysSo) {
  RemitProcess remit(config_without_providers());
  const std::string id = accept_charge(remit.api());
  const Json decision = last_decision(remit, id);
  EXPECT_EQ(decision.at("leg"), "charge");
  EXPECT_EQ(decision.at("chosen"), nullptr);
  EXPECT_EQ(decision.at("candidates"), Json::array());
  EXPECT_EQ(decision.at("waiting_for"), "a processor: none is configured");
  EXPECT_EQ(lines_with(remit, "no provider is configured"), 4U) << "each kind, at the start";
  EXPECT_EQ(remit.api().get("/readyz").status, 200);
}

TEST_F(ProviderOutageTest, APaymentThatWaitsForTheBoundOfItsTenantSaysSo) {
  for (const std::string name : {"default", "fallback"}) {
    world.set_faults(name, {{"delay_ms", 3'600'000}});
  }
  ASSERT_EQ(run_remitd("migrate", config).status, 0);
  sql("UPDATE tenant SET max_in_flight = 1");
  const RemitProcess remit(config);
  const auto at_bound = [&] {
    const std::string text = remit.api().get("/metrics").body;
    return text.find("\nremit_engine_tenants_at_bound 1\n") != std::string::npos;
  };
  EXPECT_FALSE(at_bound());
  Json decision;
  ASSERT_TRUE(eventually([&] {
    decision = last_decision(remit, accept_charge(remit.api()));
    return decision.value("waiting_for", "") == "its tenant's bound";
  })) << decision;
  EXPECT_EQ(decision.at("candidates").at(0).at("verdict"), "available");
  EXPECT_TRUE(eventually(at_bound));
}

TEST_F(ProviderOutageTest, APaymentThatWaitsNamesTheVerdictOnEachProvider) {
  for (const std::string name : {"default", "fallback"})
    world.set_faults(name, {{"failing", true}});
  RemitProcess remit(config);
  ASSERT_TRUE(eventually([&] { return lines_with(remit, "provider reports that it fails") == 2; }));
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(accept_charge(remit.api()));
  for (const std::string& id : ids) {
    const Json decision = last_decision(remit, id);
    EXPECT_EQ(decision.at("chosen"), nullptr);
    EXPECT_EQ(decision.at("waiting_for"), "a processor that takes calls");
    ASSERT_EQ(decision.at("candidates").size(), 2U);
    EXPECT_EQ(decision.at("candidates").at(0).at("verdict"), "reported_failing");
    EXPECT_EQ(decision.at("candidates").at(1).at("verdict"), "reported_failing");
  }
  EXPECT_EQ(lines_with(remit, ids.back()), 0U) << "a payment that waits is not logged";
  for (const std::string name : {"default", "fallback"}) {
    world.set_faults(name, {{"failing", false}});
  }
  for (const std::string& id : ids) await_payment(remit.api(), id, "COMPLETED");
  EXPECT_EQ(lines_with(remit, "provider reports that it fails"), 2U)
      << "once, not for each payment";
  EXPECT_EQ(lines_with(remit, "no longer reports that it fails"), 2U);
}

/// A processor behind something that answers its health endpoint in its own way.
class NoReportTest : public ProviderOutageTest {
 protected:
  static void serve(RawSocket& socket, const std::string& status, const std::string& body) {
    while (true) {
      const std::string request = socket.read_request();
      if (request.empty()) return;
      const bool is_charge = request.starts_with("POST /payments");
      const std::string answer =
          is_charge ? R"({"message":"payment processed successfully"})" : body;
      socket.send("HTTP/1.1 " + (is_charge ? std::string("200 OK") : status) +
                  "\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer);
    }
  }
};

TEST_F(NoReportTest, AHealthEndpointThatGivesNoReportStopsNoCharge) {
  const std::vector<std::pair<std::string, std::string>> answers = {
      {"404 Not Found", "<html>nothing here</html>"},
      {"500 Internal Server Error", "{}"},
      {"200 OK", R"({"status":"UP"})"},
      {"200 OK", R"({"failing":true,"minResponseTime":12.5})"},
      {"200 OK", R"({"failing":true,"minResponseTime":null})"}};
  for (const auto& [status, body] : answers) {
    ScriptedPeer peer([&](RawSocket& socket, std::size_t) { serve(socket, status, body); });
    RemitProcess remit(config_with_processor(peer.url()));
    ASSERT_TRUE(eventually([&] {
      return lines_with(remit, "health probe answered without a report") == 1;
    })) << body;
    await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
    EXPECT_EQ(sql("SELECT count(*) FROM provider_health WHERE failing"), "0") << body;
    EXPECT_EQ(remit.terminate(), 0);
  }
}

TEST_F(ProviderOutageTest, AnInstanceWithoutProvidersStopsNoOther) {
  const std::string nowhere = "http://127.0.0.1:" + std::to_string(closed_port());
  RemitProcess cut_off(config_with_processor(nowhere));
  ASSERT_TRUE(eventually([&] { return lines_with(cut_off, "health probe not answered") == 1; }));
  const RemitProcess well(config);
  for (int i = 0; i < 10; ++i) {
    await_payment(well.api(), accept_charge(well.api()), "COMPLETED");
  }
  EXPECT_EQ(sql("SELECT count(*) FROM provider_health WHERE failing"), "0");
}

}  // namespace
}  // namespace remit::test
