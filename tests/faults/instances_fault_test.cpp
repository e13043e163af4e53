// Two instances of which one is paused or dies: the other one goes on, and what the first one does
// when it wakes up changes nothing.
#include <signal.h>

#include <algorithm>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"
#include "support/files.hpp"

namespace remit::test {
namespace {

class InstancesFaultTest : public SurroundingTest {
 protected:
  /// Returns when no thread of it can do anything any more.
  static void pause(RemitProcess& remit) {
    remit.process().signal(SIGSTOP);
    const std::string path = "/proc/" + std::to_string(remit.process().pid()) + "/stat";
    EXPECT_TRUE(eventually([&] { return content_of(path).find(") T ") != std::string::npos; }));
  }

  void await_count(const std::string& where, int at_least) {
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) >= " + std::to_string(at_least) + " FROM saga WHERE " + where) ==
             "t";
    })) << "never "
        << at_least << " of " << where;
  }

  void slow_down(int delay_ms) {
    for (const std::string& name : kProcessors) world.set_faults(name, {{"delay_ms", delay_ms}});
    for (const std::string& name : kRamps) world.set_faults(name, {{"delay_ms", delay_ms}});
  }

  [[nodiscard]] int health_calls(const std::string& name) const {
    return world.books(name).at("health_calls").at("in_turn");
  }

  void await_another_health_call() {
    const int before = std::max(health_calls("default"), health_calls("fallback"));
    EXPECT_TRUE(eventually(
        [&] { return health_calls("default") > before && health_calls("fallback") > before; }));
  }

  const std::string quick_config = remit_config(world, database, "400ms");
};

TEST_F(InstancesFaultTest, APausePastTheLeaseChangesNothing) {
  RemitProcess one(quick_config, quick_leases());
  const RemitProcess other(quick_config, quick_leases());
  const std::vector<HttpApi> both = {one.api(), other.api()};
  slow_down(150);
  std::vector<Promise> promises;
  const int rounds = is_whole_campaign() ? 20 : 2;
  for (int round = 0; round < rounds; ++round) {
    const int under_way = 1 + round * 7 % 16;
    const Addresses addresses(both);
    std::ranges::copy(pay(addresses, {.charges = 24, .conversions = 8}),
                      std::back_inserter(promises));
    await_count("lease_owner IS NOT NULL AND status <> 'PENDING'", under_way);
    pause(one);
    // All of it, by the other one alone.
    EXPECT_TRUE(await_no_open_work(database));
    expect_agreement({other.api()}, promises);
    one.process().signal(SIGCONT);
    EXPECT_TRUE(eventually([&] {
      const auto answer = one.api().attempt("GET", "/readyz");
      return answer && answer->status == 200;
    }));
  }
  // What the sleeper was about to write when it was stopped has been refused by now, or will be.
  promises.push_back(RetryingClient(Addresses({one.api()})).charge());
  expect_agreement(both, promises);
}

TEST_F(InstancesFaultTest, APauseAmidAStatementLeavesItToTheDatabase) {
  RemitProcess one(quick_config, quick_leases());
  slow_down(300);
  const Promise promise = RetryingClient(Addresses({one.api()})).charge();
  await_count("status = 'PROCESSING'", 1);
  // Its next step waits for this lock, and is committed without it afterwards.
  PostgresSession blocker(database);
  blocker.query("BEGIN");
  blocker.query("SELECT 1 FROM saga FOR UPDATE");
  EXPECT_TRUE(eventually([&] {
    return sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
               "current_database()") != "0";
  }));
  pause(one);
  blocker.query("COMMIT");
  EXPECT_TRUE(eventually(
      [&] { return sql("SELECT count(*) FROM saga WHERE status = 'COMPLETED'") == "1"; }));
  const RemitProcess other(quick_config, quick_leases());
  expect_agreement({other.api()}, {promise});
  one.process().signal(SIGCONT);
  expect_agreement({other.api(), one.api()}, {promise});
}

TEST_F(InstancesFaultTest, OneAsksForTheHealthAndTheNextOneWhenItDies) {
  RemitProcess one(config);
  auto other = std::make_unique<RemitProcess>(config);
  await_another_health_call();
  one.process().kill();
  await_another_health_call();
  // If the first one was not the asker, this one is.
  const RemitProcess third(config);
  other->process().kill();
  await_another_health_call();
  for (const std::string& name : kProcessors) {
    const Json calls = world.books(name).at("health_calls");
    EXPECT_GE(calls.at("in_turn"), 3);
    EXPECT_EQ(calls.at("held"), 0) << name << ": two calls within 5 seconds";
    EXPECT_EQ(calls.at("refused"), 0) << name;
  }
}

}  // namespace
}  // namespace remit::test
