// The condition of each alert is provoked in a running instance, and a real Prometheus sees it with
// the rules that operators have.
#include <sys/resource.h>

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "observe_fixture.hpp"

namespace remit::test {
namespace {

class AlertsTest : public ObserveTest {
 protected:
  /// The soft limit alone; the hard one stays.
  void set_limit(__rlimit_resource resource, rlim_t soft) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(remit().process().pid(), resource, nullptr, &limit), 0);
    limit.rlim_cur = soft;
    ASSERT_EQ(::prlimit(remit().process().pid(), resource, &limit, nullptr), 0);
  }
  [[nodiscard]] rlim_t open_files() {
    const std::filesystem::directory_iterator files(
        "/proc/" + std::to_string(remit().process().pid()) + "/fd");
    return static_cast<rlim_t>(std::distance(begin(files), end(files)));
  }
  void set_faults(const std::vector<std::string>& providers, const Json& faults) {
    for (const std::string& provider : providers) world.set_faults(provider, faults);
  }
  /// Nothing is seen that was not provoked.
  void expect_silence() {
    Json seen;
    EXPECT_TRUE(eventually([&] {
      seen = prometheus().query("ALERTS");
      return seen.empty();
    })) << seen.dump(2);
  }
};

TEST_F(AlertsTest, NoTargetIsSeen) { Prometheus({}).await("RemitNotScraped"); }

TEST_F(AlertsTest, AnInstanceThatEndsAndStartsAgainAndAgainIsSeen) {
  const std::uint16_t port = metrics_port(start());
  observe();
  expect_silence();
  remit().process().kill();
  prometheus().await("RemitInstanceDown");
  await_after("RemitRestarting", [&] {
    start({}, port);
    await_scrape();
    remit().process().kill();
    prometheus().await("RemitInstanceDown");
  });
}

TEST_F(AlertsTest, ADatabaseThatIsAwayAndItsErrorsAreSeen) {
  PostgresCluster cluster;
  config = remit_config(world, cluster.url());
  start();
  observe();
  charge();
  cluster.stop_fast();
  prometheus().await("RemitDatabaseUnreachable");
  await_after("RemitErrorRateHigh", [&] { charge(); });
}

TEST_F(AlertsTest, ADatabaseThatIsBlockedIsSeen) {
  start({"database.queue_limit=10", "database.write_lanes=1", "database.max_batch=1"});
  observe();
  charge();
  PostgresSession blocker(database);
  blocker.query("BEGIN; LOCK TABLE saga IN ACCESS EXCLUSIVE MODE");
  std::vector<RawSocket> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(api().connect());
    clients.back().send(http_request(
        "POST", "/payments", R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.50})"));
  }
  prometheus().await("RemitLanesSaturated");
  prometheus().await("RemitOverloaded");
  prometheus().await("RemitCommandsExpired");
  prometheus().await("RemitPaymentsSlow");
  blocker.query("ROLLBACK");
}

TEST_F(AlertsTest, ProvidersThatDoNotAnswerAreSeen) {
  world.set_faults("rates", {{"failing", true}});
  std::vector<std::string> environment;
  for (const std::string provider : {"REMIT_PROVIDER__0__", "REMIT_PROVIDER__1__"}) {
    environment.push_back(provider + "BREAKER__MIN_CALLS=2");
    environment.push_back(provider + "BREAKER__OPEN_FOR=1h");
  }
  start({}, 0, environment);
  observe();
  set_faults(kProcessors, {{"drop_response_rate", 1}});
  await_after("RemitNoProviderTakesCalls", [&] { charge(); });
  await_after("RemitNoExchangeRate", [&] {
    ask("POST", "/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})");
  });
  prometheus().await("RemitProviderCircuitOpen");
  prometheus().await("RemitProviderOutcomesUnknown");
  charge();
  // As if it had been so for an hour.
  sql("WITH old AS (UPDATE saga_queue SET due_at = due_at - interval '1 hour' WHERE NOT routed "
      "RETURNING bucket, tenant_id, saga_id, due_at) "
      "UPDATE saga s SET due_at = old.due_at FROM old WHERE s.bucket = old.bucket "
      "AND s.tenant_id = old.tenant_id AND s.saga_id = old.saga_id");
  prometheus().await("RemitWorkTooOld");
}

TEST_F(AlertsTest, EventsThatWaitForTheirNumbersAreSeen) {
  start();
  observe();
  // The turn is another's, who does nothing with it.
  sql("UPDATE event_turn SET owner = gen_random_uuid(), ends_at = 'infinity'");
  charge();
  EXPECT_TRUE(eventually([&] {
    return sql("UPDATE event_unnumbered SET at = now() - interval '1 min' RETURNING batch_id") !=
           "";
  }));
  prometheus().await("RemitEventsLate");
}

TEST_F(AlertsTest, TransactionsThatAreNotSettledAreSeen) {
  start({});
  observe();
  const auto send = [this](const std::string& path, const Json& body) {
    const HttpAnswer answer = api().post(path, body, {{"Idempotency-Key", fresh_key()}});
    EXPECT_EQ(answer.status, 201) << answer.body;
  };
  send("/wallets", {{"user_id", "alice"}, {"currency", "USD"}, {"opening_balance", 5}});
  send("/wallets", {{"user_id", "bob"}, {"currency", "USD"}});
  send("/transactions",
       {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 1}, {"delay_seconds", 3'600}});
  PostgresSession other(database);
  other.query("BEGIN");
  other.query("LOCK TABLE wallet_posting IN SHARE MODE");
  sql("UPDATE wallet_due SET due_at = now() - interval '1 hour'");
  prometheus().await("RemitWalletsLate");
}

TEST_F(AlertsTest, WebhooksThatAreNotSentAreSeen) {
  start({"webhooks.allow_private_networks=true"}, 0,
        {"REMIT_WEBHOOKS__KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="});
  observe();
  ask("POST", "/webhook-endpoints",
      Json({{"url", world.url("webhooks")}, {"events", {"payment.*"}}}).dump());
  charge();
  EXPECT_TRUE(eventually([&] { return sql("SELECT count(*) FROM webhook_delivery") != "0"; }));
  // The leases are another's, who does nothing with them.
  sql("UPDATE webhook_delivery SET state = 'pending', due_at = now() - interval '1 hour',"
      " lease_until = 'infinity', version = version + 1");
  prometheus().await("RemitWebhooksLate");
}

TEST_F(AlertsTest, AMismatchInTheBooksIsSeen) {
  start({"reconciliation.interval=100ms"});
  observe();
  const Json wallet = {{"user_id", "alice"}, {"currency", "USD"}, {"opening_balance", 100}};
  const HttpAnswer made = api().post("/wallets", wallet, {{"Idempotency-Key", fresh_key()}});
  ASSERT_EQ(made.status, 201) << made.body;
  sql("ALTER TABLE wallet DISABLE TRIGGER USER");
  sql("UPDATE wallet SET balance = balance + 1");
  prometheus().await("RemitReconciliationFinding");
}

TEST_F(AlertsTest, PaymentsThatFailOrAreParkedAreSeen) {
  const std::vector<std::string> onramps = {"swift-onramp", "steady-onramp"};
  start({"engine.settlement_deadline=1s"});
  observe();
  set_faults(onramps, {{"fail_settlement_rate", 1}});
  const std::string id = accept_conversion(api()).at("payment_id");
  await_payment(api(), id, "FAILED");
  prometheus().await("RemitPaymentsFailing");
  set_faults(onramps, {{"fail_settlement_rate", 0}, {"stuck", true}});
  accept_conversion(api());
  prometheus().await("RemitPaymentParked");
}

TEST_F(AlertsTest, AnInstanceAtItsLimitsOrOlderThanItsDatabaseIsSeen) {
  start({"charge.concurrency=1", "server.max_connections=10", "log.level=debug"});
  observe();
  set_faults(kProcessors, {{"delay_ms", 1'000}});
  await_after("RemitPermitsExhausted", [&] { charge(); });

  std::vector<RawSocket> places;
  for (int i = 0; i < 9; ++i) places.push_back(api().connect());
  prometheus().await("RemitConnectionsNearLimit");
  places.clear();

  rlimit before{};
  ASSERT_EQ(::prlimit(remit().process().pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  // Again and again: the server is still closing what was open before.
  await_after("RemitDescriptorsNearLimit", [&] { set_limit(RLIMIT_NOFILE, open_files() + 2); });
  set_limit(RLIMIT_NOFILE, before.rlim_cur);

  set_limit(RLIMIT_FSIZE, 1);
  await_after("RemitLogLinesDropped", [&] { ask("GET", "/healthz"); });
  set_limit(RLIMIT_FSIZE, RLIM_INFINITY);

  sql("INSERT INTO schema_migration (version, name, checksum, additive)"
      " VALUES (9999, '9999_newer', 'unknown', true)");
  prometheus().await("RemitWorkHandedOver");
}

}  // namespace
}  // namespace remit::test
