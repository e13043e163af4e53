#include "saga_steps.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

using providers::Outcome;

/// To be made by another provider; a leg that no other can make stays with its own. A saga that is
/// parked because no provider takes it stays parked until one does.
void free_leg(const Cursor& at) {
  Leg& leg = at.leg();
  plan_again(leg);
  if (!is_tried_on(at.saga().parked_reason)) at.saga().parked_reason.clear();
  if (!at.is_bound()) leg.avoid = std::exchange(leg.provider, {});
}

/// How often the rest doubles while a leg only waits for a provider to take calls: the breaker is
/// what spares the provider, and the leg should be there soon after it closes.
constexpr std::int64_t kMaxWaitDoublings = 3;

/// Counts a refusal of the current leg, which is free again and rests. True: there have been so
/// many that a person has to look at it, with the reason.
bool count_refusal(const Cursor& at, const std::string& error, const StepContext& context,
                   const Policy& policy) {
  Leg& leg = at.leg();
  at.step.rest = backoff(policy, leg.refusals++, context.jitter_permille);
  if (leg.refusals < policy.max_attempts) return false;
  at.saga().error_message = error;
  at.saga().parked_reason = at.is_compensation() ? kCompensationFailed : kRefusedTooOften;
  return true;
}

/// Refused in words that count: nothing more happens by itself when that is so each time.
void rest_after_refusal(const Cursor& at, const std::string& error, const StepContext& context,
                        const Policy& policy) {
  if (!count_refusal(at, error, context, policy)) return;
  at.step.rest.reset();
  at.step.ended = true;
}

/// The failed leg of a compensation is repeated; the money is still where it was.
void fail_compensation(const Cursor& at, const std::string& error, const StepContext& context,
                       const Policy& policy) {
  free_leg(at);
  at.leg().operation_id = context.fresh_id;  // the provider keeps the failed one under the old
  rest_after_refusal(at, error, context, policy);
}

void settle_compensation(const Cursor& at, const Outcome& outcome, const StepContext& context) {
  Saga& saga = at.saga();
  at.step.postings = ledger::mirror(saga.plan->postings(saga, *at.leg().compensates));
  saga.error_code = kCompensated;
  if (const std::optional<std::size_t> earlier = leg_to_compensate(saga)) {
    add_compensation(saga, *earlier, context.fresh_id);
  } else {
    end(at.step, kFailed, std::string(at.plan.settled_message) + " " + outcome.tx_id);
  }
}

}  // namespace

bool is_tried_on(std::string_view parked_reason) {
  return parked_reason == kRefusedTooOften || parked_reason == kCompensationFailed;
}

Step begin_step(Saga saga, Timestamp now) {
  Step step{.saga = std::move(saga), .transitions = {}, .postings = {}, .rest = {}, .ended = false};
  step.saga.updated_at = now;
  if (!step.saga.is_traced && step.saga.status != kPending) {
    step.usual_since = step.saga.legs.front().requested_at;
  }
  if (step.saga.parked_reason == kUnreadable) step.saga.parked_reason.clear();  // it was read
  step.was_parked = step.saga.parked_reason;
  return step;
}

Duration backoff(const Policy& policy, std::int64_t refusals, std::int64_t jitter_permille) {
  const std::int64_t doublings = std::clamp<std::int64_t>(refusals, 0, 20);
  const Duration doubled{policy.backoff_min.count() << doublings};
  return std::min(policy.backoff_max, doubled) * jitter_permille / 1000;
}

void plan_again(Leg& leg) {
  leg.state = LegState::planned;
  leg.open_until = Timestamp{};
  leg.reference.clear();
}

Step put_back(Saga saga, Timestamp now) {
  Step step = begin_step(std::move(saga), now);
  const Cursor at(step);
  plan_again(at.leg());
  if (!at.is_bound()) at.leg().provider.clear();
  step.rest = Duration{0};
  return checked(std::move(step));
}

Step rest_on(Saga saga, Duration left, Timestamp now) {
  Step step = begin_step(std::move(saga), now);
  step.rest = left;
  return checked(std::move(step));
}

void move_to(Step& step, std::string_view status, std::string message) {
  if (step.saga.status == status) return;
  step.transitions.push_back({step.saga.status, std::string(status), std::move(message)});
  step.saga.status = status;
}

void end(Step& step, std::string_view status, std::string message) {
  move_to(step, status, std::move(message));
  step.saga.processed_at = step.saga.updated_at;
  step.saga.parked_reason.clear();
  step.ended = true;
}

void park(Step& step, std::string_view reason) {
  step.saga.parked_reason = reason;
  step.ended = true;
}

std::optional<std::size_t> leg_to_compensate(const Saga& saga) {
  for (std::size_t index = saga.plan->legs.size(); index-- > 0;) {
    const bool is_compensated = std::ranges::any_of(
        saga.legs, [index](const Leg& leg) { return leg.compensates == index; });
    const bool is_settled = saga.legs[index].state == LegState::settled;
    if (is_settled && !is_compensated && saga.plan->legs[index].compensation != nullptr) {
      return index;
    }
  }
  return std::nullopt;
}

void add_compensation(Saga& saga, std::size_t original, Uuid operation_id) {
  const Leg& made = saga.legs[original];
  const LegPlan& plan = saga.plan->legs[original].compensation->leg;
  Leg back;
  back.operation = plan.operation;
  back.operation_id = operation_id;
  back.source = made.target;
  back.target = made.source;
  back.account = made.account;
  back.fee = Money{0, made.source.currency};
  if (plan.made_by == MadeBy::same) back.provider = made.provider;
  back.compensates = original;
  saga.legs.push_back(std::move(back));
}

void fail_leg(const Cursor& at, std::string error, const StepContext& context,
              const Policy& policy) {
  if (at.is_compensation()) return fail_compensation(at, error, context, policy);
  Saga& saga = at.saga();
  at.leg().state = LegState::failed;
  saga.error_message = std::move(error);
  saga.error_code = at.plan.failure_code;
  saga.parked_reason.clear();
  const std::string failed = std::string(at.plan.name) + " failed";
  const std::optional<std::size_t> original = leg_to_compensate(saga);
  if (!original) return end(at.step, kFailed, failed + ": " + saga.error_message);
  const CompensationPlan& compensation = *saga.plan->legs[*original].compensation;
  if (compensation.begins == CompensationPlan::Begins::on_request) {
    return park(at.step, kCompensationAwaited);
  }
  add_compensation(saga, *original, context.fresh_id);
  move_to(
      at.step, kCompensating,
      failed + ", " + std::string(compensation.leg.submitted_message) + ": " + saga.error_message);
}

void settle_leg(const Cursor& at, const Outcome& outcome, const StepContext& context) {
  Saga& saga = at.saga();
  Leg& leg = at.leg();
  leg.state = LegState::settled;
  leg.tx_id = outcome.tx_id;
  // Sums over time have to agree with the provider's, so that its instant is the one that counts.
  if (outcome.recorded_at) leg.requested_at = *outcome.recorded_at;
  saga.parked_reason.clear();
  if (at.is_compensation()) return settle_compensation(at, outcome, context);
  at.step.postings = saga.plan->postings(saga, at.index);
  saga.error_message.clear();  // another provider's refusal on the way
  const bool is_last = at.index + 1 == saga.plan->legs.size();
  if (at.plan.settled_status != kCompleted) {
    move_to(at.step, at.plan.settled_status, std::string(at.plan.settled_message));
    if (is_last) end(at.step, kCompleted, std::string(saga.plan->completed_message));
  } else {
    end(at.step, kCompleted, std::string(at.plan.settled_message));
  }
}

void keep_polling(const Cursor& at, const StepContext& context, const Policy& policy) {
  Leg& leg = at.leg();
  Saga& saga = at.saga();
  leg.state = LegState::polling;
  leg.open_until = Timestamp{};
  leg.waits = 0;
  // A compensation that is accepted and fails, again and again, is parked in the end all the same.
  if (!at.is_compensation()) leg.refusals = 0;
  if (is_tried_on(saga.parked_reason)) {
    saga.parked_reason.clear();
    // A compensation's says why there is one.
    if (!at.is_compensation()) saga.error_message.clear();
  }
  Duration interval = policy.poll_interval;
  // Overdue is not failed: a person should look at it, and the provider is still asked, less often.
  if (context.now - leg.requested_at > policy.settlement_deadline) {
    saga.parked_reason = kSettlementOverdue;
    interval = std::max(policy.poll_interval * 4, policy.backoff_max);
  }
  at.step.rest = interval * context.jitter_permille / 1000;
}

void refuse_leg(const Cursor& at, const Outcome& outcome, const StepContext& context,
                const Policy& policy) {
  Leg& leg = at.leg();
  // This refusal says nothing about an earlier submission, which may still be under way or may
  // have arrived since it was asked for: only an answer to that question frees the leg.
  if (leg.open_until != Timestamp{}) {
    leg.state = LegState::asking;
    if (const Duration open = time_open(leg, context); open > Duration::zero()) at.step.rest = open;
    return;
  }
  if (!outcome.passing && !at.is_bound()) {
    leg.refused_by.push_back(leg.provider);
    free_leg(at);
    at.saga().error_message = outcome.error;
    return;  // goes on to the next provider at once; on_chosen fails the leg when there is none
  }
  free_leg(at);
  if (outcome.not_attempted) {
    rest_for_a_provider(at, context, policy);
  } else {
    rest_after_refusal(at, outcome.error, context, policy);
  }
}

void park_differing(const Cursor& at, const Outcome& outcome) {
  if (at.leg().state != LegState::polling) at.leg().state = LegState::asking;
  at.saga().error_message = outcome.error;
  park(at.step, kAmountDiffers);
}

void free_unknown_leg(const Cursor& at, const StepContext& context, const Policy& policy) {
  Leg& leg = at.leg();
  // To another provider at once; but not from one to the next and back without rest.
  const bool may_go_on = leg.avoid.empty() && !at.is_bound();
  const bool turned_down = has_attempt(leg) && leg.attempts.back().turned_down;
  free_leg(at);
  if (turned_down) {
    // This may happen each time, and the answer does not say that the leg will not be done: it is
    // tried on, less and less often, and shown when that has been in vain for long. Silence is not
    // counted: it is for the circuits to notice.
    const std::string error = leg.attempts.back().error;
    static_cast<void>(count_refusal(at, error, context, policy));
  } else if (!may_go_on) {
    rest_for_a_provider(at, context, policy);
  }
}

void rest_for_a_provider(const Cursor& at, const StepContext& context, const Policy& policy) {
  Leg& leg = at.leg();
  const std::int64_t waits = std::min(leg.waits, kMaxWaitDoublings);
  at.step.rest = backoff(policy, waits, context.jitter_permille);
  leg.waits = std::max(leg.waits, std::min(waits + 1, kMaxWaitDoublings));
}

Duration time_open(const Leg& leg, const StepContext& context) {
  return leg.open_until - (context.now - context.uncertainty);
}

bool has_attempt(const Leg& leg) {
  return !leg.attempts.empty() && leg.attempts.back().provider == leg.provider &&
         leg.attempts.back().operation_id == leg.operation_id &&
         leg.attempts.back().started_at >= leg.requested_at;
}

void show_when_overdue(const Cursor& at, const StepContext& context, const Policy& policy) {
  if (context.now - at.leg().requested_at > policy.settlement_deadline) {
    at.saga().parked_reason = kSettlementOverdue;
  }
}

}  // namespace remit::engine
