#include "remit/routing/provider_choice.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "remit/base/decimal.hpp"

namespace remit::routing {
namespace {

constexpr std::string_view kExcluded = "excluded";
constexpr std::string_view kTooSlow = "too_slow";

struct Priced {
  const Candidate* candidate = nullptr;
  std::optional<std::int64_t> cost;
  std::string_view obstacle;  ///< empty: nothing speaks against it

  /// Waiting for it is useless.
  [[nodiscard]] bool is_out() const { return obstacle == kExcluded || obstacle == kTooSlow; }
};

struct Sorted {
  std::vector<Priced> healthy;      ///< the best first
  std::vector<Priced> passed_over;  ///< in the order given
};

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
  leave_out(sorted, [&policy = request.cost_deadline](const Priced& priced) {
    return !policy.is_within_budget(priced.candidate->usual_latency);
  });
  leave_out(sorted, [&request](const Priced& priced) {
    return !request.cost_deadline.is_in_time(request.created, request.now,
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

/// Points into `candidates`.
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

// What a provider takes is a straight line over the amount, so the amounts for which one does not
// cost more than another are all up to, or all from, the point where their lines cross.

__extension__ using Wide = __int128;

/// What one takes, in parts of a minor unit: see fee_of.
struct Line {
  Wide fixed = 0;
  Wide slope = 0;
  Duration usual_latency{0};
};

constexpr int kPercentDigits = FeeSchedule::kScale + 2;

struct Range {
  Wide least = 0;
  Wide most = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool is_empty() const { return least > most; }
};

/// Those amounts of `range` for which `line` may cost no more than `other`: fees are rounded, so by
/// a minor unit more counts as equal.
Range not_dearer(Range range, const Line& line, const Line& other) {
  const Wide minor_unit = power_of_ten(kPercentDigits);
  const Wide slope = line.slope - other.slope;
  const Wide rest = minor_unit - (line.fixed - other.fixed);  // holds while amount * slope <= rest
  if (slope == 0) return rest >= 0 ? range : Range{1, 0};
  if (slope > 0) {
    if (rest < 0) return {1, 0};
    range.most = std::min(range.most, rest / slope);
  } else if (rest < 0) {
    range.least = std::max(range.least, (-rest - slope - 1) / -slope);
  }
  return range;
}

std::vector<Line> lines_of(const std::vector<Priced>& all, Currency currency) {
  std::vector<Line> lines;
  for (const Priced& priced : all) {
    if (priced.is_out() || !priced.cost) continue;
    const FeeSchedule& fee = priced.candidate->fee;
    lines.push_back(
        {.fixed = static_cast<Wide>(fee.fixed_scaled) * power_of_ten(minor_digits(currency) + 2),
         .slope = fee.percent_scaled,
         .usual_latency = priced.candidate->usual_latency});
  }
  return lines;
}

Choosable choosable_in(const Range& range, Duration from_age) {
  return {.least = static_cast<std::int64_t>(range.least),
          .most = static_cast<std::int64_t>(range.most),
          .from_age = from_age};
}

}  // namespace

Choice choose_provider(const std::vector<Candidate>& candidates, const ChoiceRequest& request) {
  const Sorted sorted = sort(candidates, request);
  Choice choice;
  Duration to_wait{0};
  if (misses_a_cheaper(sorted)) {
    to_wait = request.cost_deadline.time_to_wait(request.created, request.now,
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

bool Choosable::is_everything() const { return *this == Choosable{}; }

std::vector<Choosable> choosable(const std::vector<Candidate>& candidates,
                                 const ChoiceRequest& request) {
  const Sorted sorted = sort(candidates, request);
  if (sorted.healthy.empty()) return {};
  const std::vector<Line> healthy = lines_of(sorted.healthy, request.amount.currency);
  const std::vector<Line> missing = lines_of(sorted.passed_over, request.amount.currency);
  if (request.cost_deadline.is_none() || missing.empty() || healthy.empty()) return {Choosable{}};
  std::vector<Choosable> all;
  bool some_wait = false;
  for (const Line& best : healthy) {
    Range chosen;  // as the cheapest of those that take calls
    for (const Line& other : healthy) chosen = not_dearer(chosen, best, other);
    if (chosen.is_empty()) continue;
    Range at_once = chosen;
    for (const Line& other : missing) at_once = not_dearer(at_once, best, other);
    const Duration age = request.cost_deadline.patient_until_age(request.now, best.usual_latency);
    const bool all_at_once =
        age == Duration::zero() || (at_once.least == chosen.least && at_once.most == chosen.most);
    if (all_at_once) at_once = chosen;
    if (!at_once.is_empty()) all.push_back(choosable_in(at_once, Duration{0}));
    if (!all_at_once) all.push_back(choosable_in(chosen, age));
    some_wait = some_wait || !all_at_once;
  }
  if (!some_wait) return {Choosable{}};
  return all;
}

}  // namespace remit::routing
