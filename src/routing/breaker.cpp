#include "remit/routing/breaker.hpp"

#include <algorithm>
#include <array>

namespace remit::routing {

std::string_view to_string(BreakerState state) {
  static constexpr std::array<std::string_view, 3> kNames{"closed", "open", "half_open"};
  static_assert(kNames.size() == static_cast<std::size_t>(BreakerState::half_open) + 1);
  return kNames.at(static_cast<std::size_t>(state));
}

Breaker::Breaker(const config::BreakerConfig& settings, Duration now)
    : settings_(settings), since_(now) {}

bool Breaker::allow(Duration now) const {
  const BreakerState state_now = state(now);
  if (state_now != BreakerState::half_open) return state_now == BreakerState::closed;
  // Not advanced yet: the first trial is still to come.
  return state_ == BreakerState::open || trials_begun_ < settings_.half_open_calls;
}

std::optional<Breaker::Pass> Breaker::begin(Duration now) {
  if (!allow(now)) return std::nullopt;
  advance_to(now);
  if (state_ == BreakerState::half_open) ++trials_begun_;
  return Pass{epoch_};
}

void Breaker::finish(Pass pass, bool healthy, Duration now) {
  advance_to(now);
  if (pass.epoch != epoch_) return;
  record(healthy, now);
  if (state_ == BreakerState::half_open) {
    if (!healthy) {
      enter(BreakerState::open, now);
    } else if (++trials_passed_ >= settings_.half_open_calls) {
      enter(BreakerState::closed, now);
    }
    return;
  }
  if (state_ != BreakerState::closed || forced_ != CircuitOverride::automatic || healthy) return;
  const Bucket seen = totals(now);
  const bool enough = seen.calls >= settings_.min_calls;
  if (enough && failure_rate_millionths(now) >= settings_.failure_rate_millionths) {
    enter(BreakerState::open, now);
  }
}

void Breaker::force(CircuitOverride wanted, Duration now) {
  advance_to(now);
  if (wanted == forced_) return;
  const bool was_forced_open = forced_ == CircuitOverride::open;
  forced_ = wanted;
  if (wanted != CircuitOverride::automatic) {
    enter(wanted == CircuitOverride::open ? BreakerState::open : BreakerState::closed, now);
  } else if (was_forced_open) {
    // Let go of a provider that was kept out: it proves itself with trials first.
    enter(BreakerState::half_open, now);
  }
}

BreakerState Breaker::state(Duration now) const {
  const bool its_time_has_come = state_ == BreakerState::open &&
                                 forced_ == CircuitOverride::automatic &&
                                 now - since_ >= settings_.open_for;
  return its_time_has_come ? BreakerState::half_open : state_;
}

Duration Breaker::state_since(Duration now) const {
  return state(now) == state_ ? since_ : since_ + settings_.open_for;
}

Duration Breaker::time_to_half_open(Duration now) const {
  if (state(now) != BreakerState::open || forced_ == CircuitOverride::open) return Duration{0};
  return since_ + settings_.open_for - now;
}

std::int64_t Breaker::failure_rate_millionths(Duration now) const {
  const Bucket seen = totals(now);
  return seen.calls == 0 ? 0 : seen.failures * 1'000'000 / seen.calls;
}

std::int64_t Breaker::tick_of(Duration now) const {
  const std::int64_t length = std::max<std::int64_t>(1, settings_.window.count() / kBuckets);
  return std::max<std::int64_t>(0, now.count() / length);
}

Breaker::Bucket Breaker::totals(Duration now) const {
  const std::int64_t tick = tick_of(now);
  Bucket sum;
  for (const Bucket& bucket : buckets_) {
    if (bucket.tick < 0 || bucket.tick <= tick - kBuckets) continue;
    sum.calls += bucket.calls;
    sum.failures += bucket.failures;
  }
  return sum;
}

void Breaker::record(bool healthy, Duration now) {
  const std::int64_t tick = tick_of(now);
  Bucket& bucket = buckets_[static_cast<std::size_t>(tick % kBuckets)];
  if (bucket.tick != tick) bucket = Bucket{.tick = tick};
  ++bucket.calls;
  if (!healthy) ++bucket.failures;
}

void Breaker::advance_to(Duration now) {
  if (state(now) == state_) return;
  enter(BreakerState::half_open, state_since(now));
}

void Breaker::enter(BreakerState state, Duration now) {
  if (state == BreakerState::closed) buckets_ = {};
  state_ = state;
  since_ = now;
  ++epoch_;
  trials_begun_ = 0;
  trials_passed_ = 0;
}

}  // namespace remit::routing
