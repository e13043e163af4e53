// What a person may ask of a saga.
#include <algorithm>
#include <utility>

#include "remit/engine/saga_machine.hpp"
#include "saga_steps.hpp"

namespace remit::engine {
namespace {

constexpr const char* kOnlyPartly =
    "this version of the service cannot read the payment whole, and leaves it as it is";

}  // namespace

Result<Step> cancel(Saga saga, Timestamp now) {
  if (!saga.unreadable.empty()) return fail(kNotCancelable, kOnlyPartly);
  const Leg* leg = current_leg(saga);
  if (saga.status != kPending || leg == nullptr || leg->state != LegState::planned ||
      !leg->attempts.empty()) {
    return fail(kNotCancelable, "the payment is " + saga.status +
                                    "; only one of which nothing was submitted can be cancelled");
  }
  Step step = begin_step(std::move(saga), now);
  end(step, kCancelled, "Cancelled by request");
  return step;
}

Result<Step> retry(Saga saga, Uuid fresh_id, Timestamp now) {
  if (!saga.unreadable.empty()) return fail(kNotRetryable, kOnlyPartly);
  const Leg* const next = current_leg(saga);
  const bool was_unreadable = saga.parked_reason == kUnreadable;
  // What is shown and tried on by itself can be hurried, but not while it is at its provider.
  if (is_tried_on(saga.parked_reason) && next != nullptr && next->state != LegState::planned) {
    return fail(kNotRetryable, std::string("the payment is ") + saga.status + " and its " +
                                   std::string(to_string(next->operation)) + " is at " +
                                   next->provider + " now");
  }
  const bool parked = !saga.parked_reason.empty() && saga.parked_reason != kSettlementOverdue;
  const bool untouched = std::ranges::none_of(
      saga.legs, [](const Leg& leg) { return leg.state == LegState::settled; });
  if (!parked && !(saga.status == kFailed && untouched)) {
    return fail(kNotRetryable, "the payment is " + saga.status + " and has no leg to resume");
  }
  Step step = begin_step(std::move(saga), now);
  Saga& retried = step.saga;
  step.rest = Duration{0};
  retried.parked_reason.clear();
  if (was_unreadable) return step;  // nothing had gone wrong with it: it goes on from where it was
  if (!parked) {
    const auto failed = std::ranges::find(retried.legs, LegState::failed, &Leg::state);
    if (failed != retried.legs.end()) {
      failed->state = LegState::planned;
      failed->provider.clear();
      failed->reference.clear();
      failed->open_until = Timestamp{};
      if (retried.plan->new_operation_on_retry) {
        failed->operation_id = fresh_id;
      }
    }
    retried.error_code.clear();
    retried.error_message.clear();
    retried.processed_at.reset();
    move_to(step, kPending, "Retry requested");
  }
  const std::size_t index = current_leg_index(retried);
  if (index < retried.legs.size()) {
    Leg& leg = retried.legs[index];
    leg.refused_by.clear();
    leg.avoid.clear();
    leg.refusals = 0;
    leg.waits = 0;
  }
  return step;
}

}  // namespace remit::engine
