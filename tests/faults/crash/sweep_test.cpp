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

struct Sweep {
  std::string name;
  std::string kind;
  bool has_survivor;  ///< else the only instance is started anew
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
    const std::string quick = "health_interval = \"1s\"";
    for (auto at = config.find(quick); at != std::string::npos; at = config.find(quick)) {
      config.replace(at, quick.size(), "health_interval = \"60s\"");
    }
    for (const std::string& ramp : kRamps) world.set_faults(ramp, {{"settle_after_polls", 2}});
    figures.scenario = GetParam().name;
    if (GetParam().has_survivor) {
      survivor.emplace(config, settings());
      addresses.set(1, survivor->api());
    }
    start_victim();
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
    const bool is_charge = GetParam().kind == "charge";
    const CrashTrap trap(victim->process().pid(), point.watched, point.call, nth);
    if (survivor) survivor->process().signal(SIGSTOP);  // every step is the victim's
    std::future<Promise> told = std::async(std::launch::async, [&known_addresses, is_charge, nth] {
      const RetryingClient client(known_addresses);
      return is_charge ? client.charge(1000 + nth) : client.convert();
    });
    const bool ended =
        eventually([&] { return !victim->process().is_running() || glance().is_final; });
    EXPECT_TRUE(ended) << "neither dead nor through at " << nth;
    const bool died = !victim->process().is_running();
    if (died) EXPECT_EQ(victim->process().wait(std::chrono::seconds(1)), -SIGKILL);
    if (died) recover();
    if (survivor) survivor->process().signal(SIGCONT);
    promises.push_back(told.get());
    known += (known.empty() ? "" : ",") + promises.back().payment_id;
    return died;
  }

  /// From the crash on: what was under way is taken up by somebody else.
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

TEST_P(CrashSweepTest, EndsNowhereThatLosesOrDoublesAnything) {
  const Point& point = GetParam().point;
  const int stride = is_whole_campaign() ? 1 : point.stride;
  bool died = true;
  for (int nth = is_whole_campaign() ? 1 : point.first; died && !HasFailure(); nth += stride) {
    SCOPED_TRACE("at call " + std::to_string(nth));
    died = pay_and_crash(nth);
    if (!victim->process().is_running()) start_victim();
    expect_agreement(living(), {promises.back()}, {.strangers = true});
  }
  expect_agreement(living(), promises);
  EXPECT_GT(figures.crashes, 0);
  figures.tally = tally_of(world, database, promises);
  figures.report();
}

struct Kind {
  std::string name;
  bool begins_with_survivor;  ///< of the short form, which takes one and the other in turn
  std::vector<Point> points;
};

std::vector<Sweep> sweeps() {
  const std::vector<Kind> kinds = {{"conversion",
                                    true,
                                    {{"ToDatabase", Watched::lanes, "sendto", 9, 38},
                                     {"FromDatabase", Watched::lanes, "recvfrom", 23, 81},
                                     {"ToProviders", Watched::loop, "sendto", 3, 3},
                                     {"FromBoth", Watched::loop, "recvfrom", 6, 9},
                                     {"ToClient", Watched::loop, "sendmsg", 1, 1}}},
                                   {"charge",
                                    false,
                                    {{"ToDatabase", Watched::lanes, "sendto", 6, 9},
                                     {"FromDatabase", Watched::lanes, "recvfrom", 11, 19},
                                     {"ToProviders", Watched::loop, "sendto", 1, 1},
                                     {"FromBoth", Watched::loop, "recvfrom", 2, 1},
                                     {"ToClient", Watched::loop, "sendmsg", 1, 1}}}};
  std::vector<Sweep> all;
  for (const Kind& kind : kinds) {
    bool of_slice = kind.begins_with_survivor;
    for (const Point& point : kind.points) {
      for (const bool has_survivor : {true, false}) {
        if (!is_whole_campaign() && has_survivor != of_slice) continue;
        const std::string name = kind.name + point.name + (has_survivor ? "" : "Alone");
        all.push_back({name, kind.name, has_survivor, point});
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
