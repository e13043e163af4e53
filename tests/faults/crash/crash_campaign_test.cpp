// Crashes at random times under load: of instances, of PostgreSQL, and of connections in the middle
// of COMMIT. The times come from a seed, what falls into them does not.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <optional>
#include <random>

#include "faults/crash/figures.hpp"
#include "faults/crash/payers.hpp"
#include "faults/fault_test.hpp"
#include "support/database_proxy.hpp"

namespace remit::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// What has happened, to understand a failure.
void tell(const std::string& what) { std::cout << "    " << what << std::endl; }

enum class Event { kill_one, kill_both, crash_database, lose_commit_answer, lose_commit };

class CrashCampaignTest : public FaultTest {
 protected:
  static constexpr int kPayers = 4;

  void SetUp() override {
    proxy.emplace(PostgresCluster::shared().socket_folder());
    config = remit_config(world, proxy->url_through(database), "600ms");
    for (std::size_t i = 0; i < instances.size(); ++i) start(i);
  }

  void start(std::size_t index) {
    instances[index].emplace(config, quick_leases());
    addresses.set(index, instances[index]->api());
  }

  void crash(std::size_t index) {
    tell("instance " + std::to_string(index) + " dies");
    instances[index]->process().kill();
    ++figures.crashes;
  }

  /// Until everything that was leased at the crash has moved on; as long as that took.
  void await_recovery() {
    const auto crashed_at = SteadyClock::now();
    PostgresSession session(database);
    session.query(
        "CREATE TEMP TABLE held AS SELECT tenant_id, saga_id, version FROM saga WHERE "
        "lease_owner IS NOT NULL");
    const bool moved = eventually([&] {
      return session.query(
                 "SELECT count(*) FROM saga s JOIN held h USING (tenant_id, saga_id) "
                 "WHERE s.version = h.version") == "0";
    });
    EXPECT_TRUE(moved) << "what a dead instance held is not taken up";
    if (session.query("SELECT count(*) FROM held") == "0") return;
    const auto took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - crashed_at);
    tell("taken up after " + std::to_string(took.count()) + " ms");
    // After a crash of PostgreSQL the living instance has to find it again first.
    if (previous != Event::crash_database) figures.note_recovery(took);
  }

  void kill_one() {
    const std::size_t index = random() % 2;
    crash(index);
    await_recovery();
    start(index);
  }

  void kill_both() {
    for (std::size_t i = 0; i < instances.size(); ++i) crash(i);
    for (std::size_t i = 0; i < instances.size(); ++i) start(i);
  }

  void crash_database() {
    std::this_thread::sleep_for(milliseconds(500));  // of load: starting again takes its time
    tell("PostgreSQL dies");
    PostgresCluster::shared().stop_immediate();
    ++figures.database_crashes;
    std::this_thread::sleep_for(milliseconds(random() % 200));
    PostgresCluster::shared().start();
    tell("PostgreSQL is back");
  }

  void cut(CommitFault fault) {
    const int before = proxy->faults_done();
    proxy->arm(fault);
    EXPECT_TRUE(eventually([&] { return proxy->faults_done() > before; }));
    tell(fault == CommitFault::lose_answer ? "the answer to a COMMIT is lost" : "a COMMIT is lost");
    ++figures.commits_cut;
  }

  void cause(Event event) {
    std::this_thread::sleep_for(milliseconds(random() % 500));
    switch (event) {
      case Event::kill_one:
        kill_one();
        break;
      case Event::kill_both:
        kill_both();
        break;
      case Event::crash_database:
        crash_database();
        break;
      case Event::lose_commit_answer:
        cut(CommitFault::lose_answer);
        break;
      case Event::lose_commit:
        cut(CommitFault::lose_request);
        break;
    }
    previous = event;
  }

  void run(const std::string& scenario, int rounds, const std::vector<Event>& events) {
    figures.scenario = scenario;
    std::vector<Promise> promises;
    {
      Payers payers(addresses, kPayers, kSeed);
      for (int round = 0; round < rounds && !HasFailure(); ++round) {
        cause(events[random() % events.size()]);
      }
      promises = payers.stop();
    }
    for (const Promise& promise : promises) EXPECT_TRUE(promise.is_accepted()) << promise.answer;
    expect_agreement(addresses.all(), promises);
    figures.tally = tally_of(world, database, promises);
    figures.report();
  }

  static constexpr unsigned kSeed = 20;
  std::mt19937 random{kSeed};
  std::optional<DatabaseProxy> proxy;
  Addresses addresses;
  std::array<std::optional<RemitProcess>, 2> instances;
  Figures figures;
  std::optional<Event> previous;
};

int rounds(int slice, int whole) { return is_whole_campaign() ? whole : slice; }

TEST_F(CrashCampaignTest, InstancesDieUnderLoad) {
  run("instances under load", rounds(4, 120), {Event::kill_one, Event::kill_one, Event::kill_both});
  EXPECT_GT(figures.crashes, 0);
}

TEST_F(CrashCampaignTest, PostgresDiesUnderLoad) {
  run("PostgreSQL under load", rounds(2, 30), {Event::crash_database});
}

TEST_F(CrashCampaignTest, CommitsAreCutUnderLoad) {
  run("commits under load", rounds(8, 200), {Event::lose_commit_answer, Event::lose_commit});
}

TEST_F(CrashCampaignTest, EverythingDiesWhileProvidersLoseAnswers) {
  for (const auto* providers : {&kProcessors, &kRamps}) {
    for (const std::string& name : *providers) {
      world.set_faults(name, {{"drop_response_rate", 0.1}});
    }
  }
  run("everything under load", rounds(5, 120),
      {Event::kill_one, Event::kill_both, Event::crash_database, Event::lose_commit_answer,
       Event::lose_commit});
}

}  // namespace
}  // namespace remit::test
