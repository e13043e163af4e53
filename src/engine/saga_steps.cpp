#include "saga_steps.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

using providers::Outcome;

/// The leg goes back to where a provider is chosen for it; a refund stays with the provider that
/// holds the money. What is shown because nobody takes it is shown until somebody does.
void free_leg(Saga& saga, Leg& leg) {
  leg.state = LegState::planned;
  leg.open_until = Timestamp{};
  leg.reference.clear();
  if (!is_tried_on(saga.parked_reason)) saga.parked_reason.clear();
  if (!is_refund(saga, current_leg_index(saga))) {
    leg.avoid = std::exchange(leg.provider, {});
  }
}

/// How often the rest doubles while a leg only waits for a provider to take calls: the breaker is
/// what spares the provider, and the leg should be there soon after it closes.
constexpr std::int64_t kMaxWaitDoublings = 3;

bool is_given_back(const Saga& saga, const Leg& leg) {
  return std::ranges::find(saga.legs, leg.reference, &Leg::refund_of) != saga.legs.end();
}

/// For the last settled leg that is not given back yet. False: there is none.
bool add_refund(Saga& saga, const Moment& moment) {
  for (std::size_t index = saga.plan->legs.size(); index-- > 0;) {
    const Leg& leg = saga.legs[index];
    if (leg.state != LegState::settled || !saga.plan->legs[index].refundable ||
        is_given_back(saga, leg)) {
      continue;
    }
    Leg refund;
    refund.operation = providers::OperationKind::refund;
    refund.operation_id = moment.fresh_id;
    refund.source = leg.target;
    refund.target = leg.source;
    refund.account = leg.account;
    refund.fee = Money{0, leg.source.currency};
    refund.provider = leg.provider;
    refund.refund_of = leg.reference;
    saga.legs.push_back(std::move(refund));
    return true;
  }
  return false;
}

/// Counts a refusal of the current leg, which is free again and rests. True: there have been so
/// many that somebody has to look, and is told why.
bool count_refusal(Step& step, const std::string& error, const Moment& moment,
                   const Policy& policy) {
  Leg& leg = current(step.saga);
  step.rest = backoff(policy, leg.refusals++, moment.jitter_permille);
  if (leg.refusals < policy.max_attempts) return false;
  step.saga.error_message = error;
  const bool refund = is_refund(step.saga, current_leg_index(step.saga));
  step.saga.parked_reason = refund ? kCompensationFailed : kRefusedTooOften;
  return true;
}

/// Refused in words that count: nothing more happens by itself when that is so each time.
void rest_after_refusal(Step& step, const std::string& error, const Moment& moment,
                        const Policy& policy) {
  if (!count_refusal(step, error, moment, policy)) return;
  step.rest.reset();
  step.ended = true;
}

}  // namespace

Leg& current(Saga& saga) { return saga.legs[current_leg_index(saga)]; }

bool is_tried_on(std::string_view parked_reason) {
  return parked_reason == kRefusedTooOften || parked_reason == kCompensationFailed;
}

Step begin_step(Saga saga, Timestamp now) {
  Step step{.saga = std::move(saga), .transition = {}, .postings = {}, .rest = {}, .ended = false};
  step.saga.updated_at = now;
  if (step.saga.parked_reason == kUnreadable) step.saga.parked_reason.clear();  // it was read
  return step;
}

void move_to(Step& step, std::string_view status, std::string message) {
  if (step.saga.status == status) {
    return;
  }
  step.transition = Transition{step.saga.status, std::string(status), std::move(message)};
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

void fail_leg(Step& step, std::string error, const Moment& moment, const Policy& policy) {
  Saga& saga = step.saga;
  const std::size_t index = current_leg_index(saga);
  Leg& leg = saga.legs[index];
  if (is_refund(saga, index)) {
    free_leg(saga, leg);
    leg.operation_id = moment.fresh_id;  // the provider keeps the failed one under the old
    rest_after_refusal(step, error, moment, policy);
    return;
  }
  leg.state = LegState::failed;
  saga.error_message = std::move(error);
  saga.error_code = saga.plan->legs[index].failure_code;
  saga.parked_reason.clear();
  const std::string failed = std::string(saga.plan->legs[index].name) + " failed";
  if (add_refund(saga, moment)) {
    move_to(step, kCompensating, failed + ", refunding: " + saga.error_message);
  } else {
    end(step, kFailed, failed + ": " + saga.error_message);
  }
}

void settle_leg(Step& step, const Outcome& outcome, const Moment& moment) {
  Saga& saga = step.saga;
  const std::size_t index = current_leg_index(saga);
  Leg& leg = saga.legs[index];
  leg.state = LegState::settled;
  leg.tx_id = outcome.tx_id;
  // Sums over time have to agree with the provider's, so that its instant is the one that counts.
  if (outcome.recorded_at) leg.requested_at = *outcome.recorded_at;
  saga.parked_reason.clear();
  if (is_refund(saga, index)) {
    step.postings = ledger::mirror(saga.plan->postings(saga, refunded_leg_index(saga, index)));
    saga.error_code = "COMPENSATED";
    if (!add_refund(saga, moment)) {
      end(step, kFailed, "Refunded by " + outcome.tx_id);
    }
    return;
  }
  step.postings = saga.plan->postings(saga, index);
  saga.error_message.clear();  // another provider's refusal on the way
  const LegPlan& plan = saga.plan->legs[index];
  if (plan.settled_status == kCompleted) {
    end(step, kCompleted, std::string(plan.settled_message));
  } else {
    move_to(step, plan.settled_status, std::string(plan.settled_message));
  }
}

void keep_polling(Step& step, const Moment& moment, const Policy& policy) {
  Leg& leg = current(step.saga);
  leg.state = LegState::polling;
  leg.open_until = Timestamp{};
  leg.waits = 0;
  const bool refund = is_refund(step.saga, current_leg_index(step.saga));
  // A refund that is accepted and fails, again and again, is parked in the end all the same.
  if (!refund) leg.refusals = 0;
  if (is_tried_on(step.saga.parked_reason)) {
    step.saga.parked_reason.clear();
    if (!refund) step.saga.error_message.clear();  // a refund's says why there is one
  }
  Duration interval = policy.poll_interval;
  // Overdue is not failed: somebody should look, and the provider is asked on, less often.
  if (moment.now - leg.requested_at > policy.settlement_deadline) {
    step.saga.parked_reason = kSettlementOverdue;
    interval = std::max(policy.poll_interval * 4, policy.backoff_max);
  }
  step.rest = interval * moment.jitter_permille / 1000;
}

void refuse_leg(Step& step, const Outcome& outcome, const Moment& moment, const Policy& policy) {
  Leg& leg = current(step.saga);
  // This refusal says nothing about an earlier submission, which may still be under way or may
  // have arrived since it was asked for: only an answer to that question frees the leg.
  if (leg.open_until != Timestamp{}) {
    leg.state = LegState::asking;
    if (const Duration open = time_open(leg, moment); open > Duration::zero()) step.rest = open;
    return;
  }
  const bool refund = is_refund(step.saga, current_leg_index(step.saga));
  if (!outcome.passing && !refund) {
    leg.refused_by.push_back(leg.provider);
    free_leg(step.saga, leg);
    step.saga.error_message = outcome.error;
    return;  // goes on to the next provider at once; on_chosen fails the leg when there is none
  }
  free_leg(step.saga, leg);
  if (outcome.not_attempted) {
    rest_for_a_provider(step, moment, policy);
  } else {
    rest_after_refusal(step, outcome.error, moment, policy);
  }
}

void park_differing(Step& step, const Outcome& outcome) {
  Leg& leg = current(step.saga);
  if (leg.state != LegState::polling) leg.state = LegState::asking;
  step.saga.error_message = outcome.error;
  park(step, kAmountDiffers);
}

void free_unknown_leg(Step& step, const Moment& moment, const Policy& policy) {
  Leg& leg = current(step.saga);
  const bool refund = is_refund(step.saga, current_leg_index(step.saga));
  // To another provider at once; but not from one to the next and back without rest.
  const bool may_go_on = leg.avoid.empty() && !refund;
  const bool turned_down = has_attempt(leg) && leg.attempts.back().turned_down;
  free_leg(step.saga, leg);
  if (turned_down) {
    // It may be so each time, and whoever says it has not said that it will not do it: it is tried
    // on, less and less often, and shown when that has been in vain for long. Silence is not
    // counted: it is for the circuits to notice.
    const std::string error = leg.attempts.back().error;
    static_cast<void>(count_refusal(step, error, moment, policy));
  } else if (!may_go_on) {
    rest_for_a_provider(step, moment, policy);
  }
}

void rest_for_a_provider(Step& step, const Moment& moment, const Policy& policy) {
  Leg& leg = current(step.saga);
  const std::int64_t waits = std::min(leg.waits, kMaxWaitDoublings);
  step.rest = backoff(policy, waits, moment.jitter_permille);
  leg.waits = std::max(leg.waits, std::min(waits + 1, kMaxWaitDoublings));
}

Duration time_open(const Leg& leg, const Moment& moment) {
  return leg.open_until - (moment.now - moment.uncertainty);
}

bool has_attempt(const Leg& leg) {
  return !leg.attempts.empty() && leg.attempts.back().provider == leg.provider &&
         leg.attempts.back().operation_id == leg.operation_id &&
         leg.attempts.back().started_at >= leg.requested_at;
}

void show_when_overdue(Step& step, const Moment& moment, const Policy& policy) {
  if (moment.now - current(step.saga).requested_at > policy.settlement_deadline) {
    step.saga.parked_reason = kSettlementOverdue;
  }
}

}  // namespace remit::engine
