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
/// A tenant of which no more than such a part of the limit waits may have as much beyond it.
constexpr std::int64_t kSmallParts = 8;

Timestamp database_time(const LeaseHold& lease, Duration now) {
  return lease.claimed_at + (now - lease.earliest);
}

}  // namespace

Duration HeldSagas::reserve() const { return settings_.lease / kLeaseParts; }

bool HeldSagas::may_wait(TenantId tenant) const {
  const std::int64_t limit = settings_.waiting_limit;
  const bool has_little = waiting_.bytes_of(tenant) < limit / kSmallParts / 2;
  const bool has_room = !is_full_ || (has_little && waiting_.bytes() < limit + limit / kSmallParts);
  return !is_closed_ && has_room;
}

void HeldSagas::wait(Held held) {
  waiting_.push({.saga = std::move(held.saga), .lease = std::move(held.lease)});
  if (waiting_.bytes() >= settings_.waiting_limit) is_full_ = true;
}

void HeldSagas::on_fewer_wait() {
  if (waiting_.bytes() <= settings_.waiting_limit / 2) is_full_ = false;
}

std::optional<HeldSagas::Held> HeldSagas::begin(const MayHave& may_have) {
  if (waiting_.empty() || in_doubt_ > 0 || is_closed_) return std::nullopt;
  const auto may_go = [&may_have](const SagaLine::Entry& entry) {
    return may_have(entry.saga.tenant);
  };
  std::optional<SagaLine::Entry> entry = waiting_.pop_in_turn(Duration::zero(), may_go);
  if (!entry) return std::nullopt;
  on_fewer_wait();
  return Held{std::move(entry->saga), std::move(entry->lease)};
}

bool HeldSagas::may_rest(const Step& step) const {
  return !is_closed_ && step.rest &&
         *step.rest + settings_.look_interval + reserve() <= settings_.lease &&
         next_action(step.saga) == Action::query && resting_.bytes() < settings_.resting_limit;
}

std::optional<HeldSagas::Held> HeldSagas::resume(Duration now, const MayHave& may_have) {
  if (resting_.empty() || resting_.front().due > now) return std::nullopt;
  const auto may_go = [this, &may_have, now](const SagaLine::Entry& entry) {
    return !is_late(entry.lease, now) && may_have(entry.saga.tenant);
  };
  std::optional<SagaLine::Entry> entry = resting_.pop_in_turn(now, may_go);
  if (!entry) return std::nullopt;
  return Held{std::move(entry->saga), std::move(entry->lease)};
}

std::optional<HeldSagas::GivenBack> HeldSagas::give_back(Duration now) {
  if (giving_back_ == kMostGivenBack) return std::nullopt;
  if (!waiting_.empty() && (in_doubt_ > 0 || is_late(waiting_.front().lease, now))) {
    ++giving_back_;
    if (in_doubt_ > 0) --in_doubt_;
    SagaLine::Entry entry = waiting_.pop_front();
    on_fewer_wait();
    Step step = put_back(std::move(entry.saga), database_time(entry.lease, now));
    return GivenBack{std::move(step), std::move(entry.lease)};
  }
  if (!resting_.empty() && is_late(resting_.front().lease, now)) {
    ++giving_back_;
    SagaLine::Entry entry = resting_.pop_front();
    const Duration left = std::max(entry.due - now, Duration::zero());
    Step step = rest_on(std::move(entry.saga), left, database_time(entry.lease, now));
    return GivenBack{std::move(step), std::move(entry.lease)};
  }
  return std::nullopt;
}

}  // namespace remit::engine
