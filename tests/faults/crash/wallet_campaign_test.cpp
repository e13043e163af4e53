// Wallets under load while instances and PostgreSQL die and commits are cut. The times come from a
// seed, what falls into them does not.
#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "faults/crash/wallet_crash_test.hpp"

namespace remit::test {
namespace {

class WalletCampaignTest : public WalletCrashTest {
 protected:
  static constexpr unsigned kSeed = 20;
  static constexpr int kClients = 3;

  /// One client: it creates, captures and cancels, and is told what came of each.
  void use(std::mt19937 draws) {
    while (!stopping) {
      const std::size_t first = draws() % 2;
      const bool is_back = draws() % 2 == 0;
      Json body = {{"from_user_id", is_back ? "bob" : "alice"},
                   {"to_user_id", is_back ? "alice" : "bob"},
                   {"amount", 1 + draws() % 50}};
      const bool is_hold = draws() % 3 == 0;
      if (is_hold) {
        body["capture"] = "manual";
        body["expires_in_seconds"] = 1 + draws() % 2;
      } else {
        body["delay_seconds"] = draws() % 2;
      }
      const HttpAnswer made = ask("POST", "/transactions", body, first);
      EXPECT_EQ(made.status, 201) << made.body;
      const std::string path = "/transactions/" + made.json().value("id", "");
      if (is_hold && draws() % 3 != 0) {
        const HttpAnswer captured = ask("POST", path + "/capture", {{"amount", 1}}, first);
        EXPECT_TRUE(captured.status == 200 || captured.code() == "NOT_CAPTURABLE") << captured.body;
      } else if (draws() % 2 == 0) {
        const HttpAnswer cancelled = ask("DELETE", path, {}, first);
        EXPECT_TRUE(cancelled.status == 204 || cancelled.code() == "NOT_CANCELABLE")
            << cancelled.body;
      }
      ++made_ones;
    }
  }

  void kill_one() {
    const std::size_t index = random() % 2;
    instances[index]->process().kill();
    ++figures.crashes;
    start(index);
  }

  void crash_database() {
    PostgresCluster::shared().stop_immediate();
    ++figures.database_crashes;
    PostgresCluster::shared().start();
  }

  void cut(CommitFault fault) {
    const int before = proxy.faults_done();
    proxy.arm(fault);
    EXPECT_TRUE(eventually([&] { return proxy.faults_done() > before; }));
    ++figures.commits_cut;
  }

  void cause(unsigned event) {
    const int before = made_ones;
    EXPECT_TRUE(eventually([&] { return made_ones > before + 2; })) << "clients are not served";
    if (event == 0) return kill_one();
    if (event == 1) return crash_database();
    cut(event == 2 ? CommitFault::lose_answer : CommitFault::lose_request);
  }

  std::mt19937 random{kSeed};
  std::atomic<bool> stopping = false;
  std::atomic<int> made_ones = 0;
};

TEST_F(WalletCampaignTest, EachMovementTakesPlaceOnceWhateverDies) {
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < kClients; ++i) {
    clients.emplace_back([this, i] { use(std::mt19937(kSeed * 1000 + i)); });
  }
  const unsigned rounds = is_whole_campaign() ? 120 : 8;
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    cause(round < 4 ? round : static_cast<unsigned>(random() % 4));
    expect_whole_books();
  }
  stopping = true;
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(eventually([&] { return sql("SELECT count(*) FROM wallet_due") == "0"; }));
  expect_whole_books();
  EXPECT_EQ(sql("SELECT count(*) FROM wallet_transaction WHERE kind = 'transfer'"),
            std::to_string(made_ones));
  EXPECT_EQ(sql("SELECT sum(balance) || ' ' || sum(reserved) FROM wallet"), "2000000 0");
  figures.scenario = "wallets under load";
  figures.report();
}

}  // namespace
}  // namespace remit::test
