// A database that works, and that somebody makes it hard to work with: no connection left, rows and
// tables locked, statements that take for ever, links that are cut again and again.
#include <algorithm>
#include <memory>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"

namespace remit::test {
namespace {

constexpr const char* kOurBackends =
    " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'remitd%'";

/// Connections that the server takes: little enough that somebody can have all of them.
constexpr std::size_t kRoom = 24;

class DatabaseStrainTest : public SurroundingTest {
 protected:
  /// Where the agreement is looked for, too.
  [[nodiscard]] std::string config_on(PostgresCluster& server) {
    database = server.url();
    return remit_config(world, database, "400ms");
  }

  static void expect_unavailable(const HttpAnswer& answer) {
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_NE(answer.header("retry-after"), "") << answer.body;
  }

  void await_ready() const {
    for (const HttpApi& api : both) {
      EXPECT_TRUE(eventually([&] { return api.get("/readyz").status == 200; }));
    }
  }

  /// A load that pays while `strain` is done to the database.
  template <class Strain>
  std::vector<Promise> pay_while(const ClientLoad& load, Strain strain) {
    std::vector<Promise> promises;
    std::thread payers([&] { promises = pay(addresses, load); });
    strain();
    payers.join();
    return promises;
  }

  PostgresCluster postgres{"max_connections=" + std::to_string(kRoom)};
  const std::string own_config = config_on(postgres);
  const RemitProcess one{own_config, quick_leases()};
  const RemitProcess other{own_config, quick_leases()};
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses{both};
};

TEST_F(DatabaseStrainTest, WithoutAConnectionLeftEverythingWaitsAndNothingIsLost) {
  std::vector<Promise> promises = pay(addresses, {.charges = 8, .conversions = 4});
  PostgresSession watcher(database);
  std::vector<std::unique_ptr<PostgresSession>> taken;
  const auto take_all = [&] {
    try {
      while (true) taken.push_back(std::make_unique<PostgresSession>(database));
    } catch (const std::runtime_error&) {
      // "too many clients already"
    }
  };
  EXPECT_TRUE(eventually([&] {
    watcher.query(std::string("SELECT pg_terminate_backend(pid)") + kOurBackends);
    take_all();
    return taken.size() + 1 == kRoom;
  }));
  std::vector<Promise> later = {new_charge(1990), new_conversion(conversion_body())};
  for (const Promise& promise : later) {
    for (const HttpApi& api : both) {
      const auto answer = RetryingClient::repeat(api, promise);
      ASSERT_TRUE(answer.has_value());
      expect_unavailable(*answer);
    }
  }
  for (const HttpApi& api : both) EXPECT_EQ(api.get("/readyz").status, 503);
  taken.clear();
  for (Promise& promise : later) RetryingClient(addresses).pursue(promise);
  std::ranges::copy(later, std::back_inserter(promises));
  await_ready();
  expect_agreement(both, promises);
}

TEST_F(DatabaseStrainTest, LinksCutAgainAndAgainLoseNothing) {
  PostgresSession cutter(database);
  int cuts = 0;
  const int wanted = is_whole_campaign() ? 400 : 30;
  const std::size_t load = is_whole_campaign() ? 600 : 60;
  const std::vector<Promise> promises = pay_while({.charges = load, .conversions = load / 3}, [&] {
    // Each as soon as somebody is connected again.
    while (cuts < wanted) {
      cuts += std::stoi(cutter.query(std::string("SELECT count(pg_terminate_backend(pid))") +
                                     kOurBackends + " AND state <> 'idle'"));
    }
  });
  await_ready();
  expect_agreement(both, promises);
  RecordProperty("cuts", std::to_string(cuts));
}

TEST_F(DatabaseStrainTest, ALockedPaymentIsSaidToBeBusyAndGoesOnAfterwards) {
  for (const std::string& name : kProcessors) world.set_faults(name, {{"delay_ms", 200}});
  std::vector<Promise> promises = pay(addresses, {.charges = 8, .conversions = 4});
  Json body = conversion_body();
  body["delay_seconds"] = 3600;
  const Promise scheduled = RetryingClient(addresses).convert(body);
  const std::string target = "/payments/" + scheduled.payment_id;

  PostgresSession holder(database);
  holder.query("BEGIN");
  holder.query("SELECT 1 FROM saga FOR UPDATE");
  const HttpAnswer busy = one.api().send("POST", target + "/cancel");
  EXPECT_EQ(busy.status, 409) << busy.body;
  EXPECT_EQ(busy.code(), "REQUEST_IN_PROGRESS");
  EXPECT_NE(busy.header("retry-after"), "");
  EXPECT_EQ(other.api().get(target).status, 200) << "reading waits for nobody";
  // Others are not kept waiting by what is locked.
  std::ranges::copy(pay(addresses, {.charges = 4, .conversions = 2}), std::back_inserter(promises));
  holder.query("COMMIT");
  EXPECT_EQ(one.api().send("POST", target + "/cancel").status, 200);
  promises.push_back(scheduled);
  expect_agreement(both, promises, {.failed = true});
}

TEST_F(DatabaseStrainTest, ALockedTableIsAnsweredAndEndsWithItsLock) {
  std::vector<Promise> promises = pay(addresses, {.charges = 4, .conversions = 2});
  PostgresSession holder(database);
  holder.query("BEGIN");
  holder.query("LOCK TABLE saga IN ACCESS EXCLUSIVE MODE");
  std::vector<Promise> later = {new_charge(1990), new_conversion(conversion_body())};
  std::vector<HttpAnswer> answers(later.size());
  at_once(later.size(), [&](std::size_t i) {
    answers[i] = RetryingClient::repeat(both[i], later[i]).value_or(HttpAnswer{});
  });
  for (const HttpAnswer& answer : answers) {
    EXPECT_TRUE(answer.status == 503 || answer.code() == "REQUEST_IN_PROGRESS") << answer.body;
    EXPECT_NE(answer.header("retry-after"), "");
  }
  holder.query("COMMIT");
  for (Promise& promise : later) RetryingClient(addresses).pursue(promise);
  std::ranges::copy(later, std::back_inserter(promises));
  expect_agreement(both, promises);
}

class SlowStatementsTest : public DatabaseStrainTest {
 protected:
  void slow_down(const std::string& seconds, const std::string& events) {
    PostgresSession session(database);
    session.query(
        "CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_sleep(" +
        seconds + "); RETURN NULL; END $$");
    session.query("CREATE OR REPLACE TRIGGER dawdle AFTER " + events +
                  " ON saga FOR EACH STATEMENT EXECUTE FUNCTION dawdle()");
  }
};

TEST_F(SlowStatementsTest, SlowerThanTheLeaseNothingIsDoneTwice) {
  slow_down("0.3", "INSERT OR UPDATE");
  // A step takes longer than the time that its owner has for several of them.
  const std::vector<Promise> promises =
      pay(addresses, {.charges = 5, .conversions = 2, .clients = 7});
  slow_down("0", "INSERT");
  expect_agreement(both, promises);
}

TEST_F(SlowStatementsTest, AreCancelledAndReportedAsNotDone) {
  std::vector<Promise> promises = pay(addresses, {.charges = 4, .conversions = 2});
  EXPECT_TRUE(await_no_open_work(database));
  slow_down("3600", "INSERT");
  std::vector<Promise> later = {new_charge(1990), new_conversion(conversion_body())};
  at_once(later.size(), [&](std::size_t i) {
    const auto answer = RetryingClient::repeat(both[i], later[i]);
    EXPECT_TRUE(answer.has_value());
    if (answer) expect_unavailable(*answer);
  });
  EXPECT_EQ(sql("SELECT count(*) FROM saga"), std::to_string(promises.size()));
  slow_down("0", "INSERT");
  for (Promise& promise : later) RetryingClient(addresses).pursue(promise);
  std::ranges::copy(later, std::back_inserter(promises));
  expect_agreement(both, promises);
}

}  // namespace
}  // namespace remit::test
