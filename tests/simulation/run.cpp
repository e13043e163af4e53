#include "simulation/run.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "remit/telemetry/log.hpp"
#include "simulation/chaos.hpp"
#include "simulation/checker.hpp"
#include "simulation/client.hpp"
#include "simulation/instance.hpp"
#include "simulation/wallet_checker.hpp"

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Such a part of a rush may be begun before one that came later, of another tenant.
constexpr std::int64_t kMostOvertaking = 4;
constexpr Duration kRushBegins = minutes(3);
/// In a healed world: the sequencer's pauses, and the turn of one that has ended.
constexpr Duration kLatestNumber = seconds(30);
constexpr Duration kLongTransaction = seconds(60);
constexpr std::size_t kTraced = 2'000;
/// Many times what a run needs: something goes round in circles.
constexpr std::int64_t kMostEvents = 200'000;
constexpr std::int64_t kMostEventsPerPayment = 2'000;
constexpr std::int64_t kMostEventsPerSecond = 1'000;  ///< of trouble

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options),
        world_(options.seed, options.trouble, options.shape),
        instances_(make_instances(world_)),
        clients_(world_, instances_, options.payments),
        chaos_(world_, instances_),
        checker_(world_),
        wallet_clients_(world_, instances_, options.seed),
        wallet_checker_(world_) {}

  Report run() {
    for (const auto& instance : instances_) instance->start();
    clients_.start();
    wallet_clients_.start();
    chaos_.start();
    pump();
    while (world_.schedule.now() < options_.trouble && !is_exhausted()) {
      advance(std::min<Duration>(world_.schedule.now() + seconds(5), options_.trouble));
      checker_.look();
    }
    chaos_.heal();
    pump();
    if (come_to_rest() && rush() && events_are_numbered() && others_do_not_wait()) {
      checker_.check_books(clients_.promises());
      wallet_checker_.check_end(wallet_clients_.wishes());
      check_summaries();
    }
    return report();
  }

 private:
  static Instances make_instances(World& world) {
    Instances instances;
    for (std::size_t i = 0; i < world.profile.instances; ++i) {
      instances.push_back(std::make_unique<Instance>(world, static_cast<Who>(kFirstInstance + i)));
    }
    return instances;
  }

  /// Everything that can happen without time passing.
  void pump() {
    for (const auto& instance : instances_) instance->run_ready();
    clients_.run_ready();
    wallet_clients_.run_ready();
    wallet_checker_.look();
  }

  void advance(Duration until) {
    while (!is_exhausted() && world_.schedule.run_next(until)) pump();
  }

  [[nodiscard]] bool is_exhausted() const {
    const std::int64_t most = kMostEvents +
                              kMostEventsPerPayment * (options_.payments + world_.profile.rush) +
                              kMostEventsPerSecond * (options_.trouble / seconds(1));
    return world_.schedule.events_run() > most;
  }

  bool come_to_rest() {
    const Profile& profile = world_.profile;
    // What was sent last may take effect until then, and must be seen.
    const Duration earliest =
        profile.trouble + std::max(profile.processor_timeout, profile.ramp_timeout) * 2;
    while (world_.schedule.now() < profile.trouble + options_.patience && !is_exhausted()) {
      advance(world_.schedule.now() + seconds(1));
      checker_.look_for_late();
      const bool is_quiet = clients_.are_done() && wallet_clients_.are_done() &&
                            checker_.all_final() && wallet_checker_.all_ended();
      if (world_.schedule.now() >= earliest && is_quiet) return true;
      if (world_.schedule.now().count() % 16'000'000 < 1'000'000) checker_.look();
    }
    if (is_exhausted()) world_.log.violation("it goes round in circles");
    if (!clients_.are_done() || !wallet_clients_.are_done())
      world_.log.violation("a client was never answered for good");
    checker_.report_unfinished();
    wallet_checker_.report_unfinished();
    return false;
  }

  /// While a tenant's payments wait in their hundreds, one of another's does not wait for them.
  bool rush() {
    const Profile& profile = world_.profile;
    if (profile.rush == 0) return true;
    const Tenant many = kTenants[0];
    const Tenant one = kTenants[1];
    const std::optional<Duration> due = profile.is_rush_of_charges
                                            ? std::nullopt
                                            : std::optional(world_.schedule.now() + kRushBegins);
    const auto all_are_told = [this] { return clients_.are_done(); };
    clients_.rush(many, profile.rush, due);
    pass_until(all_are_told);
    clients_.rush(one, 1, due);
    pass_until(all_are_told);
    if (due) advance(*due);
    const Checker::Progress before = checker_.progress_of(many);
    pass_until([this, one] { return checker_.progress_of(one).is_all(); });
    const std::int64_t overtook = checker_.progress_of(many).begun - before.begun;
    if (overtook > profile.rush / kMostOvertaking) {
      world_.log.violation(std::to_string(overtook) + " of another tenant's were begun before it");
    }
    return come_to_rest();
  }

  bool events_are_numbered() {
    const auto are_numbered = [this] { return checker_.events_are_numbered(); };
    const Duration latest = world_.schedule.now() + kLatestNumber;
    while (world_.schedule.now() < latest && !are_numbered() && !is_exhausted()) {
      advance(world_.schedule.now() + seconds(1));
    }
    if (!are_numbered()) world_.log.violation("events wait for their numbers");
    return are_numbered();
  }

  /// A transaction that is open for long delays its own events and no others.
  bool others_do_not_wait() {
    if (!world_.profile.one_writes_slowly) return true;
    const Duration end = world_.schedule.now() + kLongTransaction;
    const Uuid slow = SeededUuidSource(options_.seed).next();
    checker_.expect_slow(slow);
    world_.database.write_slowly(kTenants[0], slow, kLongTransaction);
    clients_.rush(kTenants[1], 1, std::nullopt);
    pass_until([this] { return clients_.are_done(); });
    if (!come_to_rest() || !events_are_numbered()) return false;
    advance(end);
    return events_are_numbered();
  }

  void pass_until(const std::function<bool()>& is_so) {
    pump();
    for (int turn = 0; turn < 100'000 && !is_so() && !is_exhausted(); ++turn) {
      advance(world_.schedule.now() + milliseconds(1));
    }
  }

  void check_summaries() {
    Random random = world_.random.fork();
    for (int window = 0; window < 3; ++window) {
      std::optional<Timestamp> from;
      std::optional<Timestamp> to;
      if (window > 0) std::tie(from, to) = checker_.draw_window(random);
      const Tenant& tenant = random.pick(kTenants);
      clients_.ask_summary(tenant, from, to);
      clients_.run_ready();
      for (int turn = 0; turn < 60 && !clients_.summary(); ++turn) {
        advance(world_.schedule.now() + milliseconds(100));
      }
      if (clients_.summary()) {
        checker_.check_summary(tenant, from, to, *clients_.summary());
      } else {
        world_.log.violation("no summary could be had");
      }
    }
  }

  Report report() {
    Report report;
    report.payments = static_cast<std::int64_t>(world_.database.committed().saga_count());
    report.events = world_.schedule.events_run();
    world_.log.note(EventKind::ended, kWorld, 0, report.events);
    report.faults = world_.log.faults();
    report.digest = world_.log.digest();
    report.simulated = world_.schedule.now();
    report.violations = world_.log.violations();
    if (options_.trace) report.trace = world_.log.text(kTraced);
    return report;
  }

  Options options_;
  World world_;
  Instances instances_;
  Clients clients_;
  Chaos chaos_;
  Checker checker_;
  WalletClients wallet_clients_;
  WalletChecker wallet_checker_;
};

}  // namespace

Report run_simulation(const Options& options) {
  // What is worth a warning in life is the daily bread of a simulated world.
  static const bool quiet = (telemetry::configure_logging("error", "text"), true);
  static_cast<void>(quiet);
  return Run(options).run();
}

std::int64_t total(const FaultCounts& faults) {
  return std::accumulate(faults.begin(), faults.end(), std::int64_t{0});
}

}  // namespace remit::simulation
