// A circuit breaker as a pure machine: outcomes and instants in, permission out.
//
// closed: calls pass; over a rolling window of at least `min_calls`, a failure rate at or above the
// limit opens it. open: nothing passes until `open_for` has gone by. half_open: `half_open_calls`
// trials are let through in all; every one succeeding closes it, one failing opens it again. An
// operator may force it open or closed. It has no clock: instants are given, monotonic and never
// decreasing. One owner, one thread; nothing fails.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/config/config.hpp"

namespace remit::routing {

enum class BreakerState : std::uint8_t { closed, open, half_open };

[[nodiscard]] std::string_view to_string(BreakerState state);

/// What an operator asks for.
enum class CircuitOverride : std::uint8_t { automatic, open, closed };

class Breaker {
 public:
  /// A permission to call once; handed back with the call's outcome. Outcomes of calls that began
  /// before the last change of state are out of date and are dropped.
  struct Pass {
    std::uint64_t epoch = 0;
  };

  Breaker(const config::BreakerConfig& settings, Duration now);

  /// Whether `begin` would let a call through.
  [[nodiscard]] bool allow(Duration now) const;
  /// Empty: nothing may be sent now.
  [[nodiscard]] std::optional<Pass> begin(Duration now);
  void finish(Pass pass, bool healthy, Duration now);

  void force(CircuitOverride wanted, Duration now);

  [[nodiscard]] BreakerState state(Duration now) const;
  [[nodiscard]] Duration state_since(Duration now) const;
  /// How long until a call may pass again; zero when one may pass now or nothing is known.
  [[nodiscard]] Duration time_to_half_open(Duration now) const;
  /// Over the rolling window; zero while it is empty.
  [[nodiscard]] std::int64_t failure_rate_millionths(Duration now) const;

 private:
  static constexpr std::int64_t kBuckets = 10;
  struct Bucket {
    std::int64_t tick = -1;
    std::int64_t calls = 0;
    std::int64_t failures = 0;
  };

  [[nodiscard]] std::int64_t tick_of(Duration now) const;
  [[nodiscard]] Bucket totals(Duration now) const;
  void record(bool healthy, Duration now);
  /// Applies the passage of time: open becomes half_open when its time has come.
  void advance_to(Duration now);
  void enter(BreakerState state, Duration now);

  config::BreakerConfig settings_;
  CircuitOverride forced_ = CircuitOverride::automatic;
  BreakerState state_ = BreakerState::closed;
  Duration since_;
  std::uint64_t epoch_ = 1;
  std::int64_t trials_begun_ = 0;
  std::int64_t trials_passed_ = 0;
  std::array<Bucket, kBuckets> buckets_;
};

}  // namespace remit::routing
