// kill -9 at every step: one payment at a time, its instance ended at the N-th message to or from
// PostgreSQL, the providers and the client, for N = 1 … until the payment is through alive.
#include <gtest/gtest.h>
#include <signal.h>

#include <future>
#include <optional>

#include "faults/crash/crash_trap.hpp"
#include "faults/crash/figures.hpp"
#include "faults/fault_test.hpp"

namespace remit::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Where the process ends, and how many such calls one step of the short form passes over.
struct Point {
  std::string name;
  Watched watched;
  std::string call;
  int first;
  int stride;
};

/// What is paid, in which world.
struct Journey {
  std::string name;
  bool is_charge;
  std::vector<std::string> providers;  ///< that have `faults`
  Json faults;
  bool fails;                 ///< the money goes back, and that is its end
  bool begins_with_survivor;  ///< of the short form, which takes one and the other in turn
  std::vector<Point> points;
};

struct Sweep {
  std::string name;
  Journey journey;
  bool has_survivor;  ///< otherwise the only instance is restarted
  Point point;

  friend void PrintTo(const Sweep& sweep, std::ostream* out) { *out << sweep.name; }
};

/// "version due" of the one saga that was made last, empty when there is none.
struct SagaGlance {
  std::string version;
  bool is_final = false;
};

class CrashSweepTest : public FaultTest, public testing::WithParamInterface<Sweep> {
 protected:
  // One lane of each kind, so that the N-th message of a thread is the N-th step; and providers
  // that are not asked for their health all the time.
  static const std::vector<std::string>& settings() {
    static const std::vector<std::string> all = {"engine.lease=1s", "database.write_lanes=1",
                                                 "database.read_lanes=1"};
    return all;
  }

  void SetUp() override {
    config = remit_config(world, database, "600ms");  // shorter than a lease
    replace_all("health_interval = \"1s\"", "health_interval = \"1h\"");
    replace_all("kind = \"processor\"", "kind = \"processor\"\nhealth_interval = \"1h\"");
    for (const std::string& ramp : kRamps) world.set_faults(ramp, {{"settle_after_polls", 2}});
    figures.scenario = GetParam().name;
    if (GetParam().has_survivor) {
      survivor.emplace(config, settings());
      addresses.set(1, survivor->api());
    }
    start_victim();
    // Faults that nobody is warned of.
    ASSERT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM provider_health WHERE checked_at IS NOT NULL") == "6";
    }));
    const Journey& journey = GetParam().journey;
    for (const std::string& name : journey.providers) world.set_faults(name, journey.faults);
  }

  void replace_all(const std::string& from, const std::string& to) {
    for (auto at = config.find(from); at != std::string::npos; at = config.find(from, at)) {
      config.replace(at, from.size(), to);
      at += to.size();
    }
  }

  void start_victim() {
    victim.emplace(config, settings());
    addresses.set(0, victim->api());
  }

  SagaGlance glance() {
    const std::string text =
        sql("SELECT version || ' ' || (processed_at IS NOT NULL) FROM saga WHERE created_at = "
            "(SELECT max(created_at) FROM saga WHERE NOT saga_id::text = ANY('{" +
            known + "}'))");
    const std::size_t space = text.find(' ');
    return {text.substr(0, space), text.ends_with("true")};
  }

  /// One payment with its instance set to die; true when it died.
  bool pay_and_crash(int nth) {
    const Point& point = GetParam().point;
    const Addresses& known_addresses = addresses;
    const bool is_charge = GetParam().journey.is_charge;
    std::optional<CrashTrap> trap(std::in_place, victim->process().pid(), point.watched, point.call,
                                  nth);
    if (survivor) survivor->process().signal(SIGSTOP);  // every step is the victim's
    std::future<Promise> told = std::async(std::launch::async, [&known_addresses, is_charge, nth] {
      const RetryingClient client(known_addresses);
      return is_charge ? client.charge(1000 + nth) : client.convert();
    });
    const bool ended =
        eventually([&] { return !victim->process().is_running() || glance().is_final; });
    EXPECT_TRUE(ended) << "neither dead nor through at " << nth;
    trap.reset();  // an idle engine talks, too, and would still walk into it
    // It may have done so just before, and a process of that size does not end at once.
    EXPECT_TRUE(eventually([&] { return !victim->process().is_running() || answers(*victim); }))
        << "neither dead nor alive at " << nth;
    const bool died = !victim->process().is_running();
    if (died) EXPECT_EQ(victim->process().wait(std::chrono::seconds(1)), -SIGKILL);
    if (died) recover();
    if (survivor) survivor->process().signal(SIGCONT);
    promises.push_back(told.get());
    known += (known.empty() ? "" : ",") + promises.back().payment_id;
    return died;
  }

  static bool answers(const RemitProcess& instance) {
    return instance.api().attempt("GET", "/healthz").has_value();
  }

  /// From the crash on: work in progress is taken over by another instance.
  void recover() {
    const auto crashed_at = SteadyClock::now();
    ++figures.crashes;
    const SagaGlance before = glance();
    if (survivor) {
      survivor->process().signal(SIGCONT);
    } else {
      start_victim();
    }
    // What had not been accepted is not under way: its client comes again, by itself.
    if (before.version.empty() || before.is_final) return;
    EXPECT_TRUE(eventually([&] { return glance().version != before.version; }));
    if (survivor) {
      figures.note_recovery(
          std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - crashed_at));
    }
  }

  std::vector<HttpApi> living() const {
    if (survivor) return {survivor->api(), victim->api()};
    return {victim->api()};
  }

  Figures figures;
  Addresses addresses;
  std::vector<Promise> promises;
  std::string known;
  std::optional<RemitProcess> survivor;
  std::optional<RemitProcess> victim;
};

TEST_P(CrashSweepTest, NoLossNoDuplicateAtAnyCrashPoint) {
  const Point& point = GetParam().point;
  const int stride = is_whole_campaign() ? 1 : point.stride;
  const bool fails = GetParam().journey.fails;
  bool died = true;
  for (int nth = is_whole_campaign() ? 1 : point.first; died && !HasFailure(); nth += stride) {
    SCOPED_TRACE("at call " + std::to_string(nth));
    died = pay_and_crash(nth);
    if (!victim->process().is_running()) start_victim();
    expect_agreement(living(), {promises.back()}, {.failed = fails, .strangers = true});
  }
  expect_agreement(living(), promises, {.failed = fails});
  EXPECT_GT(figures.crashes, 0);
  figures.tally = tally_of(world, database, promises);
  figures.report();
}

const std::vector<Point> kConversionPoints = {{"ToDatabase", Watched::lanes, "sendto", 9, 38},
                                              {"FromDatabase", Watched::lanes, "recvfrom", 23, 81},
                                              {"ToProviders", Watched::loop, "sendto", 3, 3},
                                              {"FromBoth", Watched::loop, "recvfrom", 6, 9},
                                              {"ToClient", Watched::loop, "sendmsg", 1, 1}};
// An insert and a save, each of them one statement: all of their messages are tried.
const std::vector<Point> kChargePoints = {{"ToDatabase", Watched::lanes, "sendto", 1, 1},
                                          {"FromDatabase", Watched::lanes, "recvfrom", 1, 1},
                                          {"ToProviders", Watched::loop, "sendto", 1, 1},
                                          {"FromBoth", Watched::loop, "recvfrom", 2, 1},
                                          {"ToClient", Watched::loop, "sendmsg", 1, 1}};
// Where a payment takes a longer way, what it writes and sends on that way.
const std::vector<Point> kLongerWay = {{"ToDatabase", Watched::lanes, "sendto", 60, 60},
                                       {"ToProviders", Watched::loop, "sendto", 5, 4},
                                       {"FromBoth", Watched::loop, "recvfrom", 12, 12}};

std::vector<Journey> journeys() {
  const Json lose = {{"drop_response_rate", 1}};
  std::vector<Journey> all = {{"conversion", false, {}, {}, false, true, kConversionPoints},
                              {"charge", true, {}, {}, false, false, kChargePoints}};
  if (!is_whole_campaign()) return all;
  all.push_back({"refund",
                 false,
                 {"swift-offramp", "steady-offramp"},
                 {{"fail_settlement_rate", 1}},
                 true,
                 true,
                 kLongerWay});
  all.push_back({"conversionUnanswered", false, kRamps, lose, false, true, kLongerWay});
  all.push_back({"chargeUnanswered", true, {"default"}, lose, false, true, kLongerWay});
  const Json failing = {{"failing", true}};
  all.push_back({"chargeMoved", true, {"default"}, failing, false, true, kLongerWay});
  return all;
}

std::vector<Sweep> sweeps() {
  std::vector<Sweep> all;
  for (const Journey& journey : journeys()) {
    bool of_slice = journey.begins_with_survivor;
    for (const Point& point : journey.points) {
      for (const bool has_survivor : {true, false}) {
        if (!is_whole_campaign() && has_survivor != of_slice) continue;
        const std::string name = journey.name + point.name + (has_survivor ? "" : "Alone");
        all.push_back({name, journey, has_survivor, point});
      }
      of_slice = !of_slice;
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, CrashSweepTest, testing::ValuesIn(sweeps()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace remit::test
