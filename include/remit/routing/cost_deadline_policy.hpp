// Whether a payment waits for the cheaper provider or uses the more expensive one that takes calls
// now.
//
// Waiting earns the difference of the fees and risks the payment: it has to be made before its
// deadline, and so do all that have queued up behind it. So a payment waits as long as at least
// half of the time for which it has waited already is left. Then queued payments leave in the order
// of their age, three times as fast as they came, and the last of them is made before the deadline.
// Without a deadline nothing waits; and an overdue payment does not wait either, since it is the
// most urgent of all.
//
// Pure; any thread. Instants are by the database's clock. `created` is by the clock of the
// accepting instance, but never later than the storing (engine::created_when_stored), so a clock
// that is ahead makes nothing wait longer.
#pragma once

#include <optional>

#include "remit/base/time.hpp"

namespace remit::routing {

struct CostDeadlinePolicy {
  /// Time from acceptance until a payment has to be made; zero: no such deadline.
  Duration deadline{0};
  /// Time of day, UTC, by which all payments accepted before it have to be made. One that missed it
  /// is overdue; the next day's cut-off does not count.
  std::optional<Duration> cut_off = std::nullopt;
  /// The longest usual latency of a provider; zero: unlimited.
  Duration latency_budget{0};

  /// Nothing waits.
  [[nodiscard]] bool is_none() const { return deadline == Duration::zero() && !cut_off; }

  /// The latest time at which a payment of `created` has to be made; empty: no limit. One that is
  /// dated later than `now` counts as accepted now.
  [[nodiscard]] std::optional<Timestamp> due(Timestamp created, Timestamp now) const;

  [[nodiscard]] bool is_within_budget(Duration latency) const {
    return latency_budget == Duration::zero() || latency <= latency_budget;
  }
  /// Whether one that takes `latency`, called now, answers before the payment is due.
  [[nodiscard]] bool is_in_time(Timestamp created, Timestamp now, Duration latency) const;

  /// How much longer it may wait for a cheaper provider when one with this `latency` is available
  /// now; zero: no longer.
  [[nodiscard]] Duration time_to_wait(Timestamp created, Timestamp now, Duration latency) const;

  /// The age from which a payment no longer waits.
  [[nodiscard]] Duration patient_until_age(Timestamp now, Duration latency) const;
};

}  // namespace remit::routing
