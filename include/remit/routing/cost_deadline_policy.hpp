// Whether a payment waits for the cheaper provider or pays the dearer one that would take it now.
//
// What waiting earns is the difference of the fees, what it risks is the payment: it has to be made
// before its deadline, and so do all that have come to wait behind it. So a payment waits as long
// as at least half of the time for which it has waited already is left: then those that wait go on
// in the order of their age, at three times the pace at which they came, and the last of them is
// through before the deadline. With no deadline nothing waits, and neither does what has missed its
// deadline: it is the most urgent of all.
//
// Pure; any thread. Instants are by one clock, the database's. When a payment was accepted is told
// by an instance's, never later than it was stored (engine::created_when_stored): one that is ahead
// makes nothing wait longer.
#pragma once

#include <optional>

#include "remit/base/time.hpp"

namespace remit::routing {

struct CostDeadlinePolicy {
  /// So long after it was accepted a payment has to be made; zero: no such deadline.
  Duration deadline{0};
  /// By that time of the day, UTC, all that was accepted before has to be made. What missed it is
  /// overdue; the next day's is no second chance.
  std::optional<Duration> cut_off = std::nullopt;
  /// So long may a provider usually take; zero: however long.
  Duration latency_budget{0};

  /// Nothing waits.
  [[nodiscard]] bool is_none() const { return deadline == Duration::zero() && !cut_off; }

  /// When a payment of `created` has to be made at the latest; empty: whenever. One that is dated
  /// later than `now`, and so not stored yet, counts as accepted now.
  [[nodiscard]] std::optional<Timestamp> due(Timestamp created, Timestamp now) const;

  [[nodiscard]] bool is_within_budget(Duration latency) const {
    return latency_budget == Duration::zero() || latency <= latency_budget;
  }
  /// Whether one that takes `latency`, called now, answers before the payment is due.
  [[nodiscard]] bool is_in_time(Timestamp created, Timestamp now, Duration latency) const;

  /// How much longer it may wait for a cheaper provider when one that takes `latency` would take it
  /// now; zero: not any more.
  [[nodiscard]] Duration time_to_wait(Timestamp created, Timestamp now, Duration latency) const;

  /// The age from which on a payment does not wait any more.
  [[nodiscard]] Duration patient_until_age(Timestamp now, Duration latency) const;
};

}  // namespace remit::routing
