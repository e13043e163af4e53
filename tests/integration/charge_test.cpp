#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class ChargeTest : public ProductTest {
 protected:
  static std::vector<std::string> accept_charges(const RemitProcess& remit, int count,
                                                 const std::string& amount = "19.90") {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(accept_charge(remit.api(), amount));
    return ids;
  }

  static void await_all(const RemitProcess& remit, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) await_payment(remit.api(), id, "COMPLETED");
  }

  void expect_each_once_on_the_books(std::vector<std::string> ids) {
    std::map<std::string, int> once;
    for (const std::string& id : ids) once[id] = 1;
    EXPECT_EQ(world.operations(kProcessors), once);
  }

  void expect_summaries_agree(const RemitProcess& remit, const std::string& query = {}) {
    const HttpAnswer answer = remit.api().get("/payments-summary" + query);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json ours = answer.json();
    for (const std::string& name : kProcessors) {
      const Json theirs = world.summary(name, query);
      EXPECT_EQ(ours.at(name).at("totalRequests"), theirs.at("totalRequests")) << name << query;
      EXPECT_EQ(ours.at(name).at("totalAmount").get<double>(),
                theirs.at("totalAmount").get<double>())
          << name << query;
    }
  }

  void fail_processor(const std::string& name, bool failure) {
    const HttpAnswer answer =
        world.api(name).send("PUT", "/admin/configurations/failure",
                             Json{{"failure", failure}}.dump(), {{"X-Rinha-Token", "123"}});
    ASSERT_LT(answer.status, 300) << answer.body;
  }

  void await_report_of_default(const std::string& min_response_ms) {
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM provider_health WHERE name = 'default' AND min_response_ms "
                 "= " +
                 min_response_ms) == "1";
    }));
  }

  static Json last_decision(const RemitProcess& remit, const std::string& id) {
    Json decisions = remit.api().get("/payments/" + id + "/routing").json().at("decisions");
    return decisions.empty() ? Json::object() : decisions.back();
  }

  static std::string verdict_on(const std::string& provider, const Json& decision) {
    for (const Json& candidate : decision.at("candidates")) {
      if (candidate.at("provider") == provider) return candidate.at("verdict");
    }
    ADD_FAILURE() << provider << " is not named: " << decision.dump();
    return {};
  }

  static std::string timestamp_near(PostgresSession& session, const std::string& time,
                                    int milliseconds) {
    return session.query("SELECT to_char(('" + time + "'::timestamptz + " +
                         std::to_string(milliseconds) +
                         " * interval '1 ms') AT TIME ZONE 'UTC', "
                         "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  }
};

TEST_F(ChargeTest, GoesToTheCheaperProcessorAndIsSummedAsTheProcessorsSumIt) {
  const RemitProcess remit(config);
  std::vector<std::string> ids = accept_charges(remit, 5, "19.90");
  for (const std::string& amount : {"0.01", "1250.00", "7.3"}) {
    ids.push_back(accept_charge(remit.api(), amount));
  }
  await_all(remit, ids);
  const HttpAnswer summary = remit.api().get("/payments-summary");
  EXPECT_NE(summary.body.find(R"("default":{"totalRequests":8,"totalAmount":1356.81})"),
            std::string::npos)
      << summary.body;
  EXPECT_NE(summary.body.find(R"("fallback":{"totalRequests":0,"totalAmount":0.00})"),
            std::string::npos)
      << summary.body;
  expect_summaries_agree(remit);
  expect_each_once_on_the_books(ids);

  const Json charge = remit.api().get("/payments/" + ids.front()).json();
  EXPECT_EQ(path_of(charge), (std::vector<std::string>{"PENDING", "PROCESSING", "COMPLETED"}));
  EXPECT_EQ(charge.at("amount"), 1990);
  EXPECT_EQ(charge.at("currency"), "BRL");
  EXPECT_EQ(charge.at("processor"), "default");
  EXPECT_EQ(charge.at("fee_amount"), 100);
  EXPECT_EQ(open_balances("account = 'source_funds'"), "source_funds BRL -135681");
}

TEST_F(ChargeTest, IsInEveryWindowThatTouchesItsRequestedMillisecond) {
  const RemitProcess remit(config);
  const std::string id = accept_charge(remit.api());
  const Json charge = await_payment(remit.api(), id, "COMPLETED");
  const std::string at = charge.at("requested_at");
  PostgresSession session(database);
  const std::string before = timestamp_near(session, at, -1);
  const std::string after = timestamp_near(session, at, 1);
  const auto requests = [&](const std::string& query) {
    expect_summaries_agree(remit, query);
    return remit.api().get("/payments-summary" + query).json().at("default").at("totalRequests");
  };
  EXPECT_EQ(requests("?from=" + at + "&to=" + at), 1);
  EXPECT_EQ(requests("?from=" + at), 1);
  EXPECT_EQ(requests("?to=" + at), 1);
  EXPECT_EQ(requests("?from=" + before + "&to=" + after), 1);
  EXPECT_EQ(requests("?from=" + after), 0);
  EXPECT_EQ(requests("?to=" + before), 0);
  EXPECT_EQ(world.books("default").at("records").at(0).at("requested_at"), at);
}

TEST_F(ChargeTest, CanBePurgedAndTheLedgerKeepsItsBalance) {
  RemitProcess remit(config);
  const std::vector<std::string> ids = accept_charges(remit, 3);
  await_all(remit, ids);
  EXPECT_EQ(remit.api().send("POST", "/purge-payments").status, 200);
  EXPECT_EQ(remit.api().get("/payments/" + ids.front()).status, 404);
  const Json summary = remit.api().get("/payments-summary").json();
  EXPECT_EQ(summary.at("default").at("totalRequests"), 0);
  EXPECT_EQ(open_balances(), "");

  EXPECT_EQ(remit.terminate(), 0);
  const RemitProcess closed(config, {"charge.allow_purge=false"});
  EXPECT_EQ(closed.api().send("POST", "/purge-payments").status, 404);
  EXPECT_EQ(closed.api().get("/purge-payments").status, 404);
}

TEST_F(ChargeTest, GoesToTheFallbackWhenTheDefaultFailsAndTheRoutingSaysWhy) {
  const RemitProcess remit(config);
  fail_processor("default", true);
  const std::vector<std::string> ids = accept_charges(remit, 30);
  await_all(remit, ids);
  expect_each_once_on_the_books(ids);
  EXPECT_EQ(world.books("default").at("records").size(), 0U);
  expect_summaries_agree(remit);

  const Json last = last_decision(remit, ids.back());
  EXPECT_EQ(last.at("chosen"), "fallback");
  EXPECT_NE(verdict_on("default", last), "chosen") << last.dump();
}

TEST_F(ChargeTest, GoesToTheFallbackWhenTheDefaultSaysThatItTakesTooLong) {
  world.set_faults("default", {{"delay_ms", 1800}});
  const RemitProcess remit(config, {"charge.latency_budget=1s"});
  await_report_of_default("1800");
  const std::vector<std::string> ids = accept_charges(remit, 5);
  await_all(remit, ids);
  EXPECT_EQ(world.books("default").at("records").size(), 0U);
  const Json last = last_decision(remit, ids.back());
  EXPECT_EQ(last.at("chosen"), "fallback");
  EXPECT_EQ(verdict_on("default", last), "too_slow") << last.dump();
}

TEST_F(ChargeTest, IsOnOneBookOnceWhenTheProcessorIsSlowerThanItsTimeout) {
  const RemitProcess remit(remit_config(world, database, "500ms"));
  world.set_faults("default", {{"delay_ms", 800}});
  const std::vector<std::string> ids = accept_charges(remit, 20);
  await_all(remit, ids);
  expect_each_once_on_the_books(ids);
  expect_summaries_agree(remit);
}

TEST_F(ChargeTest, IsOnOneBookOnceWhenTheProcessorSaysHowSlowItIs) {
  // Far slower than the timeout alone would make anybody believe.
  world.set_faults("default", {{"delay_ms", 1800}});
  const RemitProcess remit(remit_config(world, database, "500ms"));
  await_report_of_default("1800");
  const std::vector<std::string> ids = accept_charges(remit, 5);
  await_all(remit, ids);
  expect_each_once_on_the_books(ids);
  expect_summaries_agree(remit);
}

TEST_F(ChargeTest, IsOnOneBookOnceWhenAnswersAreLost) {
  const RemitProcess remit(config);
  world.set_faults("default", {{"drop_response_rate", 1}});
  world.set_faults("fallback", {{"garbage_rate", 1}});
  const std::vector<std::string> ids = accept_charges(remit, 20);
  await_all(remit, ids);
  expect_each_once_on_the_books(ids);
  expect_summaries_agree(remit);
}

TEST_F(ChargeTest, WaitsWhileBothProcessorsAreDownAndCompletesByItself) {
  const RemitProcess remit(config);
  for (const std::string& name : kProcessors) fail_processor(name, true);
  const std::vector<std::string> ids = accept_charges(remit, 25);
  // Until it was tried in vain, or both have said that it would be.
  EXPECT_TRUE(eventually([&] {
    return sql("SELECT count(*) = 2 FROM provider_health WHERE kind = 'processor' AND failing") ==
               "t" ||
           !remit.api().get("/payments/" + ids.front()).json().at("attempts").empty();
  }));
  EXPECT_TRUE(world.operations(kProcessors).empty());
  for (const std::string& name : kProcessors) fail_processor(name, false);
  await_all(remit, ids);
  expect_each_once_on_the_books(ids);
  expect_summaries_agree(remit);
}

}  // namespace
}  // namespace remit::test
