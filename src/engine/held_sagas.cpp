#include "held_sagas.hpp"

#include <algorithm>
#include <utility>

#include "saga_steps.hpp"

namespace remit::engine {
namespace {

/// Of a lease, the last such part is for a call and its save.
constexpr int kLeaseParts = 3;
/// At the same time.
constexpr std::int64_t kMostGivenBack = 256;

Timestamp database_time(const LeaseHold& lease, Duration now) {
  return lease.claimed_at + (now - lease.earliest);
}

}  // namespace

Duration HeldSagas::reserve() const { return lease_ / kLeaseParts; }

std::optional<HeldSagas::Held> HeldSagas::begin() {
  if (waiting_.empty() || in_doubt_ > 0 || is_closed_) return std::nullopt;
  WaitingSagas::Entry entry = waiting_.pop();
  return Held{std::move(entry.saga), std::move(entry.lease)};
}

bool HeldSagas::may_rest(const Step& step) const {
  return !is_closed_ && step.rest && *step.rest + look_interval_ + reserve() <= lease_ &&
         next_action(step.saga) == Action::query && resting_.has_room();
}

std::optional<HeldSagas::Held> HeldSagas::resume(Duration now) {
  if (resting_.empty() || resting_.front().due > now || is_late(resting_.front().lease, now)) {
    return std::nullopt;
  }
  RestingSagas::Entry entry = resting_.pop();
  return Held{std::move(entry.saga), std::move(entry.lease)};
}

std::optional<HeldSagas::GivenBack> HeldSagas::give_back(Duration now) {
  if (giving_back_ == kMostGivenBack) return std::nullopt;
  if (!waiting_.empty() && (in_doubt_ > 0 || is_late(waiting_.front().lease, now))) {
    ++giving_back_;
    if (in_doubt_ > 0) --in_doubt_;
    WaitingSagas::Entry entry = waiting_.pop();
    Step step = put_back(std::move(entry.saga), database_time(entry.lease, now));
    return GivenBack{std::move(step), std::move(entry.lease)};
  }
  if (!resting_.empty() && is_late(resting_.front().lease, now)) {
    ++giving_back_;
    RestingSagas::Entry entry = resting_.pop();
    const Duration left = std::max(entry.due - now, Duration::zero());
    Step step = rest_on(std::move(entry.saga), left, database_time(entry.lease, now));
    return GivenBack{std::move(step), std::move(entry.lease)};
  }
  return std::nullopt;
}

}  // namespace remit::engine
