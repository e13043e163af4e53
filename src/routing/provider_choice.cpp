#include "remit/routing/provider_choice.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace remit::routing {
namespace {

struct Healthy {
  const Candidate* candidate;
  std::optional<std::int64_t> cost;
};

/// Empty: nothing speaks against it.
std::string_view obstacle(const Candidate& candidate, const std::vector<std::string>& excluded) {
  if (std::ranges::find(excluded, candidate.name) != excluded.end()) return "excluded";
  if (!candidate.circuit_allows) return "circuit_open";
  if (candidate.reported_failing) return "reported_failing";
  if (!candidate.has_room) return "at_capacity";
  return {};
}

bool is_better(const Healthy& a, const Healthy& b) {
  constexpr std::int64_t kUnpayable = std::numeric_limits<std::int64_t>::max();
  const std::int64_t cost_a = a.cost.value_or(kUnpayable);
  const std::int64_t cost_b = b.cost.value_or(kUnpayable);
  if (cost_a != cost_b) return cost_a < cost_b;
  if (a.candidate->role != b.candidate->role) return a.candidate->role < b.candidate->role;
  return a.candidate < b.candidate;  // the order given
}

Duration delay_of(const Candidate& candidate) {
  const bool waits_for_circuit =
      !candidate.circuit_allows && candidate.time_to_half_open.count() > 0;
  return waits_for_circuit ? candidate.time_to_half_open : kRetryDelay;
}

}  // namespace

Choice choose_provider(const std::vector<Candidate>& candidates, Money amount,
                       const std::vector<std::string>& excluded) {
  std::vector<Healthy> healthy;
  std::vector<Reason> passed_over;
  std::optional<Duration> soonest;
  for (const Candidate& candidate : candidates) {
    const Result<Money> fee = fee_of(candidate.fee, amount);
    const auto cost = fee ? std::optional(fee->minor) : std::nullopt;
    const std::string_view against = obstacle(candidate, excluded);
    if (against.empty()) {
      healthy.push_back({&candidate, cost});
      continue;
    }
    passed_over.push_back({candidate.name, std::string(against), cost});
    if (against == "excluded") continue;
    const Duration delay = delay_of(candidate);
    soonest = soonest ? std::min(*soonest, delay) : delay;
  }
  std::ranges::sort(healthy, is_better);

  Choice choice;
  for (const Healthy& one : healthy) {
    const bool is_first = choice.reasons.empty();
    if (is_first) choice.provider = one.candidate->name;
    choice.reasons.push_back({one.candidate->name, is_first ? "chosen" : "dearer", one.cost});
  }
  choice.reasons.insert(choice.reasons.end(), passed_over.begin(), passed_over.end());
  if (!choice.provider) choice.retry_after = soonest.value_or(kRetryDelay);
  return choice;
}

}  // namespace remit::routing
