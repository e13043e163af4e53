#include "remit/routing/provider_choice.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "choice_sorting.hpp"

namespace remit::routing {
namespace {

std::string_view obstacle_of(const Candidate& candidate, const ChoiceRequest& request) {
  if (std::ranges::find(request.excluded, candidate.name) != request.excluded.end()) {
    return kExcluded;
  }
  if (!candidate.circuit_allows) return "circuit_open";
  if (candidate.reported_failing) return "reported_failing";
  if (!candidate.has_room) return "at_capacity";
  if (candidate.name == request.avoid) return "failed_last";
  return {};
}

bool is_better(const Priced& a, const Priced& b) {
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

/// Those for which that holds, unless it does for all.
template <typename Predicate>
void leave_out(Sorted& sorted, Predicate is_too_slow) {
  if (std::ranges::all_of(sorted.healthy, is_too_slow)) return;
  for (const Priced& priced : sorted.healthy) {
    if (!is_too_slow(priced)) continue;
    sorted.passed_over.push_back(priced);
    sorted.passed_over.back().obstacle = kTooSlow;
  }
  std::erase_if(sorted.healthy, is_too_slow);
}

void leave_out_slow_ones(Sorted& sorted, const ChoiceRequest& request) {
  leave_out(sorted, [&patience = request.patience](const Priced& priced) {
    return !patience.is_within_budget(priced.candidate->usual_latency);
  });
  leave_out(sorted, [&request](const Priced& priced) {
    return !request.patience.is_in_time(request.created, request.now,
                                        priced.candidate->usual_latency);
  });
}

/// Whether a cheaper one than the best of those that could be chosen may come back.
bool misses_a_cheaper(const Sorted& sorted) {
  return !sorted.healthy.empty() &&
         std::ranges::any_of(sorted.passed_over, [&sorted](const Priced& priced) {
           return !priced.is_out() && priced.cost && sorted.healthy.front().cost &&
                  *priced.cost < *sorted.healthy.front().cost;
         });
}

Duration soonest_return(const Sorted& sorted) {
  std::optional<Duration> soonest;
  for (const Priced& priced : sorted.passed_over) {
    if (priced.is_out()) continue;
    const Duration delay = delay_of(*priced.candidate);
    soonest = soonest ? std::min(*soonest, delay) : delay;
  }
  return soonest.value_or(kRetryDelay);
}

Reason reason_of(const Priced& priced, std::string_view verdict) {
  return {priced.candidate->name, std::string(verdict), priced.cost};
}

}  // namespace

Sorted sort(const std::vector<Candidate>& candidates, const ChoiceRequest& request) {
  Sorted sorted;
  for (const Candidate& candidate : candidates) {
    const Result<Money> fee = fee_of(candidate.fee, request.amount);
    const Priced priced{.candidate = &candidate,
                        .cost = fee ? std::optional(fee->minor) : std::nullopt,
                        .obstacle = obstacle_of(candidate, request)};
    (priced.obstacle.empty() ? sorted.healthy : sorted.passed_over).push_back(priced);
  }
  leave_out_slow_ones(sorted, request);
  std::ranges::sort(sorted.healthy, is_better);
  return sorted;
}

Choice choose_provider(const std::vector<Candidate>& candidates, const ChoiceRequest& request) {
  const Sorted sorted = sort(candidates, request);
  Choice choice;
  Duration to_wait{0};
  if (misses_a_cheaper(sorted)) {
    to_wait = request.patience.time_to_wait(request.created, request.now,
                                            sorted.healthy.front().candidate->usual_latency);
  }
  choice.waits = to_wait > Duration::zero();
  for (const Priced& priced : sorted.healthy) {
    const bool is_chosen = !choice.waits && choice.reasons.empty();
    if (is_chosen) choice.provider = priced.candidate->name;
    choice.reasons.push_back(reason_of(priced, is_chosen      ? "chosen"
                                               : choice.waits ? "not_yet"
                                                              : "dearer"));
  }
  for (const Priced& priced : sorted.passed_over) {
    choice.reasons.push_back(reason_of(priced, priced.obstacle));
  }
  if (choice.waits) {
    choice.retry_after = std::min(to_wait, soonest_return(sorted));
  } else if (!choice.provider && !request.avoid.empty()) {
    ChoiceRequest second_time = request;
    second_time.avoid.clear();
    return choose_provider(candidates, second_time);
  } else if (!choice.provider) {
    choice.retry_after = soonest_return(sorted);
  }
  return choice;
}

}  // namespace remit::routing
