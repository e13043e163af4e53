#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "product_test.hpp"
#include "support/saga_queue.hpp"

namespace remit::test {
namespace {

const std::vector<std::string> kQuickLeases = {"engine.lease=1s"};

class RestartTest : public ProductTest {
 protected:
  std::vector<std::string> accept_some(const RemitProcess& remit, int conversions, int charges) {
    std::vector<std::string> ids;
    for (int i = 0; i < conversions; ++i) {
      ids.push_back(accept_conversion(remit.api()).at("payment_id"));
    }
    for (int i = 0; i < charges; ++i) ids.push_back(accept_charge(remit.api()));
    return ids;
  }

  void expect_each_effect_once(std::size_t conversions, std::size_t charges) {
    const auto transfers = world.operations(kRamps);
    EXPECT_EQ(transfers.size(), conversions * 2);
    for (const auto& [id, count] : transfers) EXPECT_EQ(count, 1) << id;
    const auto recorded = world.operations(kProcessors);
    EXPECT_EQ(recorded.size(), charges);
    for (const auto& [id, count] : recorded) EXPECT_EQ(count, 1) << id;
    EXPECT_EQ(open_balances("account = 'clearing'"), "");
    EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE status <> 'COMPLETED'"), "0");
  }
};

TEST_F(RestartTest, KilledAgainAndAgainItFinishesEverythingOnce) {
  config = remit_config(world, database, "400ms");
  for (const std::string& name : kProcessors) {
    world.set_faults(name, {{"delay_ms", 100}, {"drop_response_rate", 0.2}});
  }
  for (const std::string& name : kRamps) world.set_faults(name, {{"drop_response_rate", 0.2}});
  std::vector<std::string> ids;
  for (int round = 0; round < 4; ++round) {
    RemitProcess remit(config, kQuickLeases);
    std::ranges::copy(accept_some(remit, 4, 8), std::back_inserter(ids));
    // In the middle: the last one has begun, and others wait or are about to end.
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM saga WHERE legs IS NOT NULL AND saga_id = '" + ids.back() +
                 "'") == "1";
    }));
    remit.process().kill();
  }
  const RemitProcess remit(config, kQuickLeases);
  for (const std::string& id : ids) {
    EXPECT_EQ(path_of(await_payment(remit.api(), id, "COMPLETED")).back(), "COMPLETED");
  }
  expect_each_effect_once(16, 32);
}

TEST_F(RestartTest, AfterAKillASlowProcessorIsGivenItsTimeBeforeAnotherIsTried) {
  config = remit_config(world, database, "3s");
  world.set_faults("default", {{"delay_ms", 3'600'000}});
  const std::vector<std::string> settings = {"engine.lease=5s"};
  {
    RemitProcess remit(config, settings);
    accept_charge(remit.api());
    EXPECT_TRUE(eventually(
        [&] { return sql("SELECT count(*) FROM saga WHERE status = 'PROCESSING'") == "1"; }));
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM provider_health WHERE min_response_ms > 0") == "1";
    }));
    remit.process().kill();
  }
  sql(with_queue("UPDATE saga SET due_at = now()"));  // as if its lease had run out
  // It is asked and does not know the charge, is sent it again, and does not answer: the charge may
  // still be on its way for twice as long as the processor says that it takes.
  const RemitProcess remit(config, settings);
  EXPECT_TRUE(eventually(
      [&] { return sql("SELECT count(*) FROM saga WHERE lease_owner IS NULL") == "1"; }));
  EXPECT_EQ(sql("SELECT provider || ' ' || (due_at > updated_at + interval '45 seconds') FROM "
                "saga"),
            "default true");
  EXPECT_TRUE(world.operations(kProcessors).empty());
}

TEST_F(RestartTest, StoppedInTheMiddleItGivesItsLeasesBackAndAnotherGoesOn) {
  // Leases that nobody could wait for, and work that is under way for a while.
  RemitProcess first(config, {"engine.lease=1h"});
  world.set_faults("default", {{"delay_ms", 600}});
  const std::vector<std::string> ids = accept_some(first, 4, 8);
  EXPECT_TRUE(eventually(
      [&] { return sql("SELECT count(*) FROM saga WHERE lease_owner IS NOT NULL") != "0"; }));
  RawSocket in_flight = first.api().connect();
  in_flight.send(http_request("POST", "/payments", conversion_body().dump(),
                              {{"Idempotency-Key", fresh_key()}}));
  EXPECT_TRUE(in_flight.read_answer().has_value());
  EXPECT_EQ(first.terminate(), 0);
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE lease_owner IS NOT NULL"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE processed_at IS NULL AND "
                "(due_at IS NULL OR due_at > now() + interval '1 second')"),
            "0");

  const RemitProcess second(config);
  for (const std::string& id : ids) await_payment(second.api(), id, "COMPLETED");
  EXPECT_TRUE(eventually(
      [&] { return sql("SELECT count(*) FROM saga WHERE status <> 'COMPLETED'") == "0"; }));
  expect_each_effect_once(5, 8);
}

TEST_F(RestartTest, AStopAnswersTheRequestInFlightAndRefusesNewConnections) {
  RemitProcess remit(config);
  // A lock that the request has to wait for, as long as we like.
  PostgresSession blocker(database);
  blocker.query("BEGIN; LOCK TABLE saga IN ACCESS EXCLUSIVE MODE");
  RawSocket in_flight = remit.api().connect();
  const std::string charge = R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.00})";
  in_flight.send(http_request("POST", "/payments", charge));
  EXPECT_TRUE(eventually([&] {
    return sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query "
               "ILIKE '%INSERT INTO saga%'") != "0";
  }));
  remit.process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return !remit.api().attempt("GET", "/healthz").has_value(); }));
  EXPECT_TRUE(remit.process().is_running());
  blocker.query("COMMIT");
  const std::optional<RawAnswer> answer = in_flight.read_answer();
  ASSERT_TRUE(answer.has_value()) << "the connection was closed without an answer";
  EXPECT_EQ(answer->status, 202) << answer->body;
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(40)), 0);
  EXPECT_EQ(sql("SELECT count(*) FROM payment"), "1");
}

}  // namespace
}  // namespace remit::test
