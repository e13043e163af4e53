// What a person may ask of a saga.
#include <algorithm>
#include <utility>

#include "remit/engine/saga_machine.hpp"
#include "saga_steps.hpp"

namespace remit::engine {
namespace {

constexpr const char* kOnlyPartly =
    "this version of the service cannot read it whole, and leaves it as it is";

/// The failed leg is repeated, and the saga is where it was before it.
void resume_failed_leg(Step& step, Uuid fresh_id) {
  Saga& saga = step.saga;
  const auto failed = std::ranges::find(saga.legs, LegState::failed, &Leg::state);
  const auto index = static_cast<std::size_t>(failed - saga.legs.begin());
  if (failed != saga.legs.end()) {
    plan_again(*failed);
    failed->provider.clear();
    if (saga.plan->new_operation_on_retry) failed->operation_id = fresh_id;
  }
  saga.error_code.clear();
  saga.error_message.clear();
  saga.processed_at.reset();
  const bool is_first = index == 0 || index >= saga.plan->legs.size();
  move_to(step, is_first ? kPending : saga.plan->legs[index - 1].settled_status, "Retry requested");
}

}  // namespace

Result<Step> cancel(Saga saga, Timestamp now) {
  if (!saga.unreadable.empty()) return fail(kNotCancelable, kOnlyPartly);
  const Leg* leg = current_leg(saga);
  if (saga.status != kPending || leg == nullptr || leg->state != LegState::planned ||
      !leg->attempts.empty()) {
    return fail(kNotCancelable,
                "it is " + saga.status + "; only while nothing was submitted can it be cancelled");
  }
  Step step = begin_step(std::move(saga), now);
  end(step, kCancelled, "Cancelled by request");
  return checked(std::move(step));
}

Result<Step> retry(Saga saga, Uuid fresh_id, Timestamp now) {
  if (!saga.unreadable.empty()) return fail(kNotRetryable, kOnlyPartly);
  const Leg* const next = current_leg(saga);
  const bool was_unreadable = saga.parked_reason == kUnreadable;
  // What is shown and tried on by itself can be hurried, but not while it is at its provider.
  if (is_tried_on(saga.parked_reason) && next != nullptr && next->state != LegState::planned) {
    return fail(kNotRetryable, std::string("it is ") + saga.status + " and its " +
                                   std::string(to_string(next->operation)) + " is at " +
                                   next->provider + " now");
  }
  const bool parked = !saga.parked_reason.empty() && saga.parked_reason != kSettlementOverdue;
  const bool awaited = saga.parked_reason == kCompensationAwaited;
  const bool is_given_back =
      std::ranges::any_of(saga.legs, [](const Leg& leg) { return leg.compensates.has_value(); });
  if (!parked && !(saga.status == kFailed && !is_given_back)) {
    return fail(kNotRetryable, "it is " + saga.status + " and has no leg to resume");
  }
  Step step = begin_step(std::move(saga), now);
  Saga& retried = step.saga;
  step.rest = Duration{0};
  retried.parked_reason.clear();
  // Nothing had gone wrong with it: it goes on from where it was.
  if (was_unreadable) return checked(std::move(step));
  if (!parked || awaited) resume_failed_leg(step, fresh_id);
  const std::size_t index = current_leg_index(retried);
  if (index < retried.legs.size()) {
    Leg& leg = retried.legs[index];
    leg.refused_by.clear();
    leg.avoid.clear();
    leg.refusals = 0;
    leg.waits = 0;
  }
  return checked(std::move(step));
}

Result<Step> compensate(Saga saga, Uuid fresh_id, Timestamp now) {
  if (!saga.unreadable.empty()) return fail(kNotCompensable, kOnlyPartly);
  const std::optional<std::size_t> original = leg_to_compensate(saga);
  if (!original || is_final(saga.status) || saga.status == kCompensating) {
    return fail(kNotCompensable, "it is " + saga.status + ", and nothing is to be given back");
  }
  const std::size_t index = current_leg_index(saga);
  if (index < saga.legs.size() && saga.legs[index].state != LegState::planned) {
    return fail(kNotCompensable, "its " + std::string(plan_of_leg(saga, index).name) + " is at " +
                                     saga.legs[index].provider + " now");
  }
  Step step = begin_step(std::move(saga), now);
  // What has not begun never will.
  if (index < step.saga.legs.size()) step.saga.legs[index].state = LegState::failed;
  step.saga.parked_reason.clear();
  add_compensation(step.saga, *original, fresh_id);
  move_to(step, kCompensating, "Compensation requested");
  step.rest = Duration{0};
  return checked(std::move(step));
}

}  // namespace remit::engine
