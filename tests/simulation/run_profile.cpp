#include "simulation/run_profile.hpp"

#include <array>
#include <string>
#include <utility>

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Of an instance: then a rush is so many times what all instances work on at once.
constexpr std::int64_t kFewPermits = 8;
constexpr std::int64_t kRush = 20;

Troubles draw_troubles(Random& random) {
  Troubles troubles;
  const std::array all{&troubles.database, &troubles.providers,  &troubles.network,
                       &troubles.crashes,  &troubles.pauses,     &troubles.clocks,
                       &troubles.clients,  &troubles.settlements};
  const std::int64_t style = random.between(0, 19);
  if (style == 0) return troubles;  // a calm day
  if (style < 6) {
    *random.pick(all) = random.between(3, 10);
    return troubles;
  }
  for (std::int64_t* one : all) *one = random.chance(300) ? 0 : random.between(1, 10);
  if (random.chance(400)) troubles.settlements = 0;  // most payments should have a way to the end
  return troubles;
}

config::ProviderConfig provider(ProviderKind kind, std::string name, ProviderRole role,
                                Duration timeout, std::int64_t percent) {
  config::ProviderConfig one;
  one.kind = kind;
  one.name = std::move(name);
  one.role = role;
  one.timeout = timeout;
  one.fee.percent_scaled = percent * 100'000'000;
  one.breaker.min_calls = 8;
  one.breaker.open_for = seconds(3);
  return one;
}

}  // namespace

void calm(Profile& profile) {
  const Profile plain;
  profile.troubles = plain.troubles;
  profile.policy.cost_deadline = {};
  profile.cheaper_away_until = plain.cheaper_away_until;
  profile.dearer_away_until = plain.dearer_away_until;
  profile.loads = plain.loads;
  profile.rush = 0;
  profile.timeouts_change = false;
}

void with_wallets(Profile& profile) {
  const Troubles drawn = profile.troubles;
  calm(profile);
  profile.troubles = {.database = drawn.database,
                      .crashes = drawn.crashes,
                      .pauses = drawn.pauses,
                      .clocks = drawn.clocks,
                      .clients = drawn.clients};
  profile.one_writes_slowly = false;
  profile.wallet_clients = 120;
  profile.settle_most = 60;
}

Profile draw_profile(Random random, Duration trouble, ShapeProfile* shape) {
  Profile profile;
  profile.trouble = trouble;
  profile.instances = random.chance(700) ? 2 : 3;
  profile.troubles = draw_troubles(random);
  constexpr std::array<Duration, 4> kLeases{seconds(2), seconds(5), seconds(10), seconds(30)};
  profile.lease = random.pick(kLeases);
  // Shorter than the lease, as the configuration has to have them.
  const std::array<Duration, 4> timeouts{profile.lease / 10, profile.lease / 4,
                                         profile.lease * 7 / 10, profile.lease * 9 / 10};
  constexpr std::array<Duration, 3> kPolls{seconds(1), seconds(3), seconds(10)};
  profile.processor_timeout = random.pick(timeouts);
  profile.ramp_timeout = random.pick(timeouts);
  profile.policy.poll_interval = random.pick(kPolls);
  profile.policy.settlement_deadline = std::chrono::minutes(random.between(1, 60));
  profile.policy.backoff_max = seconds(random.between(2, 20));
  profile.policy.max_attempts = random.between(2, 8);
  profile.timeouts_change = random.chance(400);
  profile.concurrency = random.chance(200) ? random.between(2, 8) : 256;
  profile.quotes.valid_for = seconds(random.between(5, 60));
  const auto timeout_of = [&profile](ProviderKind kind) {
    return kind == ProviderKind::processor ? profile.processor_timeout : profile.ramp_timeout;
  };
  const auto add = [&](ProviderKind kind, std::string name, ProviderRole role,
                       std::int64_t percent) {
    profile.providers.push_back(provider(kind, std::move(name), role, timeout_of(kind), percent));
  };
  add(ProviderKind::processor, std::string(kCheaper), ProviderRole::default_, 5);
  add(ProviderKind::processor, std::string(kDearer), ProviderRole::fallback, 15);
  add(ProviderKind::onramp, "onramp-a", ProviderRole::default_, 1);
  add(ProviderKind::onramp, "onramp-b", ProviderRole::fallback, 2);
  add(ProviderKind::offramp, "offramp-a", ProviderRole::default_, 1);
  add(ProviderKind::offramp, "offramp-b", ProviderRole::fallback, 2);
  if (random.chance(250)) {
    // Charges may wait for the cheaper one, which is away for long in most of these runs.
    if (random.chance(700)) {
      profile.policy.cost_deadline.cut_off = random.between(trouble / 3, trouble * 2);
    } else {
      profile.policy.cost_deadline.deadline = seconds(random.between(5, 120));
    }
    if (random.chance(700)) profile.cheaper_away_until = trouble + std::chrono::minutes(10);
    // Then charges of all amounts queue until it is back.
    if (random.chance(400)) profile.dearer_away_until = random.between(trouble / 2, trouble);
    // With a fixed part: dearer for small amounts.
    profile.providers.front().fee.fixed_scaled = random.between(0, 40) * 100'000'000;
  }
  if (random.chance(400)) profile.repeats_refused = 900;
  if (random.chance(300)) {
    using enum load::Load;
    const std::array<std::vector<load::Load>, 3> kLoads{
        {{busy}, {saturated}, {idle, busy, saturated}}};
    profile.loads = random.pick(kLoads);
    profile.load_lasts = milliseconds(random.between(100, 20'000));
  }
  // Memory for a few that rest.
  if (random.chance(200)) profile.resting_limit = random.between(1, 20'000);
  profile.tenants = random.chance(500) ? 2 : 3;
  profile.of_first_tenant = random.between(700, 980);
  if (profile.concurrency <= kFewPermits) {
    const std::int64_t permits = profile.concurrency * static_cast<std::int64_t>(profile.instances);
    profile.rush = kRush * permits;
    // Charges that wait for the cheaper processor are begun each in its time, whosever they are: by
    // age, or from the cut-off on when their last rest ends.
    const bool waits_by_choice = !profile.policy.cost_deadline.is_none();
    profile.is_rush_of_charges = random.chance(500) && !waits_by_choice;
  }
  profile.one_writes_slowly = random.chance(250) && profile.policy.cost_deadline.is_none();
  if (shape != nullptr) {
    shape(profile);
    for (config::ProviderConfig& one : profile.providers) one.timeout = timeout_of(one.kind);
  }
  return profile;
}

}  // namespace remit::simulation
