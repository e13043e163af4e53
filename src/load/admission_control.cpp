#include "remit/load/admission_control.hpp"

#include <algorithm>

namespace remit::load {
namespace {

/// While saturated, those that wait here have one part of so many of the queue's share.
constexpr std::int64_t kSaturatedParts = 4;
/// A claim takes one such part of the permits, and as many are left to those that wait.
constexpr std::int64_t kBatchParts = 4;
/// For tenants that have little, one such part of a batch is claimed.
constexpr std::int64_t kSmallParts = 16;
/// While busy, the queue has one of so many parts …
constexpr std::int64_t kQueueParts = 32;
/// … and one more each time that this has passed.
constexpr Duration kQueueGrowth = std::chrono::seconds(2);

}  // namespace

AdmissionControl::Decision AdmissionControl::decide(Load load, Duration now) const {
  Decision decision;
  const std::int64_t share = queue_share(load, now);
  const std::int64_t claimable = std::min(room(), batch());
  if (routed_wait_ || now >= next_routed_claim_) {
    decision.claim_routed =
        std::max<std::int64_t>(queued_wait_ ? (claimable + 1) / 2 : claimable, 0);
  }
  decision.claim_queued = std::max<std::int64_t>(std::min(claimable, share - queued_), 0);
  const auto begin_waiting = [this, load](std::int64_t of) {
    if (load == Load::saturated) of = (of + kSaturatedParts - 1) / kSaturatedParts;
    return std::max<std::int64_t>(std::min(room(), of - queued_), 0);
  };
  decision.begin_waiting = begin_waiting(queued_wait_ ? share - share / kBatchParts : share);
  decision.by_right.begin_waiting = begin_waiting(share);
  const std::int64_t reserved = queued_wait_ || routed_wait_ ? batch() : 0;
  decision.admit = load != Load::saturated && room() > reserved;
  decision.by_right.admit = load != Load::saturated && room() > 0;
  const std::int64_t resumable = load == Load::saturated ? share - routed_ : settings_.permits;
  decision.resume = std::max<std::int64_t>(std::min(room() - reserved, resumable), 0);
  decision.by_right.resume = std::max<std::int64_t>(std::min(room(), resumable), 0);
  const bool queue_has_share = queued_wait_ && queued_ <= share / 2;
  decision.claim_again = room() >= batch() && (routed_wait_ || queue_has_share);
  const std::int64_t small = (batch() + kSmallParts - 1) / kSmallParts;
  decision.by_right.claim_again = room() >= small && queued_ < share;
  return decision;
}

void AdmissionControl::take(PermitKind kind) {
  ++active_;
  if (kind == PermitKind::queued) ++queued_;
  if (kind == PermitKind::routed) ++routed_;
}

void AdmissionControl::give_back(PermitKind kind) {
  --active_;
  if (kind == PermitKind::queued) --queued_;
  if (kind == PermitKind::routed) --routed_;
}

void AdmissionControl::on_routed_claimed(Found found, Duration now) {
  routed_wait_ = found != Found::all;
  next_routed_claim_ = now + settings_.routed_interval;
}

void AdmissionControl::on_queue_claimed(Found found, Remainder remainder, Duration now) {
  if (found != Found::unknown) queued_wait_ = found == Found::more;
  queued_wait_ = queued_wait_ || remainder == Remainder::waits_by_choice;
  if (found == Found::all) draining_since_.reset();
  if (found == Found::more && !draining_since_) draining_since_ = now;
}

std::int64_t AdmissionControl::batch() const {
  return (settings_.permits + kBatchParts - 1) / kBatchParts;
}

std::int64_t AdmissionControl::queue_share(Load load, Duration now) const {
  if (load == Load::idle) return settings_.permits;
  const std::int64_t parts = 1 + (draining_since_ ? (now - *draining_since_) / kQueueGrowth : 0);
  return std::clamp(settings_.permits * parts / kQueueParts, std::int64_t{1}, settings_.permits);
}

}  // namespace remit::load
