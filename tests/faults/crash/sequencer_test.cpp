// kill -9 of the instance that gives events their numbers, at each message of that transaction to
// PostgreSQL and at the answers, while another one goes on.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>

#include "faults/crash/figures.hpp"
#include "faults/fault_test.hpp"
#include "support/database_proxy.hpp"

namespace remit::test {
namespace {

using Types = std::vector<std::string>;

constexpr int kMostMessages = 20;  // of such a transaction

class SequencerCrashTest : public FaultTest {
 protected:
  void SetUp() override {
    config = remit_config(world, proxy.url_through(database), "600ms");
    for (std::size_t i = 0; i < instances.size(); ++i) start(i);
  }

  void start(std::size_t index) {
    instances[index].emplace(config, quick_leases());
    addresses.set(index, instances[index]->api());
  }

  void pay() {
    const RetryingClient client(addresses);
    promises.push_back(client.charge(1000 + static_cast<std::int64_t>(promises.size())));
    promises.push_back(client.convert());
  }

  bool all_is_told() {
    return sql("SELECT (SELECT count(*) FROM event_unnumbered) + "
               "(SELECT count(*) FROM saga WHERE processed_at IS NULL)") == "0";
  }

  std::optional<std::size_t> dead_one() {
    for (std::size_t i = 0; i < instances.size(); ++i) {
      if (!instances[i]->process().is_running()) return i;
    }
    return std::nullopt;
  }

  /// Whether the one that has the turn died at that message; a new one has its place then.
  bool crash_at(int nth, bool is_answer) {
    proxy.arm(DeadlyMessage{.statement = "event_turn_take", .nth = nth, .is_answer = is_answer});
    pay();
    std::optional<std::size_t> dead;
    EXPECT_TRUE(eventually([&] { return (dead = dead_one()) || all_is_told(); }))
        << "neither dead nor through at " << nth;
    proxy.disarm();  // an idle one renews its turn, too, and would still walk into it
    if (!dead) dead = dead_one();
    if (!dead) return false;
    EXPECT_EQ(instances[*dead]->process().wait(std::chrono::seconds(1)), -SIGKILL);
    // Once in life: the turn ends by itself. Three seconds at each message would be too many.
    if (++figures.crashes > 1) sql("UPDATE event_turn SET ends_at = now()");
    EXPECT_TRUE(eventually([&] { return all_is_told(); })) << "told by none at " << nth;
    start(*dead);
    return true;
  }

  static std::vector<Json> all_events(const HttpApi& api) {
    std::vector<Json> events;
    std::string after = "0";
    for (;;) {
      const HttpAnswer answer = api.get("/events?limit=7&after=" + after);
      EXPECT_EQ(answer.status, 200) << answer.body;
      const Json page = answer.json();
      events.insert(events.end(), page["data"].begin(), page["data"].end());
      if (page["next_cursor"].is_null()) return events;
      after = page["next_cursor"].get<std::string>();
    }
  }

  /// What is told of a payment that went this way.
  static Types types_of(const std::vector<std::string>& path) {
    Types types;
    for (std::string status : path) {
      if (status == "PROCESSING") continue;  // of a charge its acceptance and its end are told
      std::ranges::transform(status, status.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
      types.push_back("payment." + (status == "pending" ? "accepted" : status));
    }
    return types;
  }

  void expect_everything_told_once(const HttpApi& api) {
    std::map<std::string, Types> told;
    std::int64_t last = 0;
    for (const Json& event : all_events(api)) {
      EXPECT_EQ(event["sequence"], last + 1);
      last = event["sequence"];
      told[event["resource"]].push_back(event["type"]);
    }
    EXPECT_EQ(std::to_string(last), sql("SELECT max(last_sequence) FROM event_head"));
    EXPECT_EQ(told.size(), promises.size());
    for (const Promise& promise : promises) {
      const std::string resource = "/payments/" + promise.payment_id;
      EXPECT_EQ(told[resource], types_of(path_of(api.get(resource).json()))) << resource;
    }
  }

  DatabaseProxy proxy{PostgresCluster::shared().socket_folder()};
  Addresses addresses;
  std::array<std::optional<RemitProcess>, 2> instances;
  std::vector<Promise> promises;
  Figures figures;
};

TEST_F(SequencerCrashTest, EverythingIsToldOnceInOrderAtAnyCrashPoint) {
  for (const bool is_answer : {false, true}) {
    const int stride = is_answer && !is_whole_campaign() ? 3 : 1;
    bool died = true;
    int nth = 1;
    for (; died && nth <= kMostMessages && !HasFailure(); nth += stride) {
      SCOPED_TRACE((is_answer ? "at answer " : "at message ") + std::to_string(nth));
      died = crash_at(nth, is_answer);
    }
    EXPECT_FALSE(died) << "such a transaction has more than " << kMostMessages << " messages";
    // It takes the turn, looks for a bucket, takes what is there, gives numbers, commits.
    EXPECT_GT(nth, 5);
  }
  const std::vector<HttpApi> both = addresses.all();
  expect_agreement(both, promises);
  for (const HttpApi& api : both) expect_everything_told_once(api);
  figures.scenario = "the one that gives numbers";
  figures.tally = tally_of(world, database, promises);
  figures.report();
}

}  // namespace
}  // namespace remit::test
