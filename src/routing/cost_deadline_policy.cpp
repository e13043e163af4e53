#include "remit/routing/cost_deadline_policy.hpp"

#include <algorithm>

namespace remit::routing {
namespace {

/// What is left has to be enough for the call itself, and for a second one.
constexpr int kCalls = 3;
/// Between the moment at which a payment may go on and the one at which it is looked at.
constexpr Duration kNotice = std::chrono::milliseconds(500);

Duration time_needed(Duration latency) { return kCalls * latency + kNotice; }

/// The first cut-off after an instant.
Timestamp next_cut_off(Duration time_of_day, Timestamp instant) {
  const auto midnight = std::chrono::floor<std::chrono::days>(instant);
  const Timestamp today = midnight + time_of_day;
  return today > instant ? today : today + std::chrono::days(1);
}

/// From which age on a payment is older than the last cut-off, and so has missed it.
Duration overdue_age(Duration time_of_day, Timestamp now) {
  const Timestamp last = next_cut_off(time_of_day, now) - std::chrono::days(1);
  return now - last + Duration{1};
}

}  // namespace

std::optional<Timestamp> CostDeadlinePolicy::due(Timestamp created, Timestamp now) const {
  std::optional<Timestamp> due;
  const Timestamp accepted = std::min(created, now);
  if (deadline > Duration::zero()) due = accepted + deadline;
  if (cut_off) {
    const Timestamp at = next_cut_off(*cut_off, accepted);
    due = due ? std::min(*due, at) : at;
  }
  return due;
}

bool CostDeadlinePolicy::is_in_time(Timestamp created, Timestamp now, Duration latency) const {
  const std::optional<Timestamp> due = this->due(created, now);
  return !due || now + latency <= *due;
}

Duration CostDeadlinePolicy::time_to_wait(Timestamp created, Timestamp now,
                                          Duration latency) const {
  const std::optional<Timestamp> due = this->due(created, now);
  if (!due) return Duration{0};
  // `left >= waited / 2` holds until two thirds of the time between creation and due have passed.
  const Timestamp accepted = std::min(created, now);
  const Timestamp by_age = accepted + (*due - accepted) * 2 / 3;
  const Timestamp by_need = *due - time_needed(latency);
  return std::max(std::min(by_age, by_need) - now, Duration{0});
}

Duration CostDeadlinePolicy::patient_until_age(Timestamp now, Duration latency) const {
  if (is_none()) return Duration{0};
  Duration age = Duration::max();
  if (deadline > Duration::zero()) {
    age = std::min(deadline * 2 / 3, deadline - time_needed(latency));
  }
  if (cut_off) {
    const Duration left = next_cut_off(*cut_off, now) - now;
    age = left <= time_needed(latency) ? Duration{0}
                                       : std::min({age, left * 2, overdue_age(*cut_off, now)});
  }
  return std::max(age, Duration{0});
}

}  // namespace remit::routing
