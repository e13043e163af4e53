#include "remit/engine/saga_machine.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

using providers::Outcome;

Leg& current(Saga& saga) { return saga.legs[current_leg_index(saga)]; }

template <class T>
void push_bounded(std::vector<T>& kept, T value) {
  if (kept.size() == kMaxKept) {
    kept.erase(kept.begin());
  }
  kept.push_back(std::move(value));
}

void move_to(Step& step, std::string_view status, std::string message) {
  if (step.saga.status == status) {
    return;
  }
  step.transition = Transition{step.saga.status, std::string(status), std::move(message)};
  step.saga.status = status;
}

void end(Step& step, std::string_view status, std::string message, const Moment& moment) {
  move_to(step, status, std::move(message));
  step.saga.processed_at = moment.now;
  step.saga.parked_reason.clear();
  step.ended = true;
}

void park(Step& step, std::string_view reason) {
  step.saga.parked_reason = reason;
  step.ended = true;
}

Step begin_step(Saga saga, const Moment& moment) {
  Step step{.saga = std::move(saga), .transition = {}, .postings = {}, .rest = {}, .ended = false};
  step.saga.updated_at = moment.now;
  return step;
}

/// The leg goes back to where a provider is chosen for it; a refund stays with the provider that
/// holds the money.
void free_leg(Saga& saga, Leg& leg) {
  leg.state = LegState::planned;
  leg.open_until = Timestamp{};
  leg.reference.clear();
  if (!is_refund(saga, current_leg_index(saga))) {
    leg.avoid = std::exchange(leg.provider, {});
  }
}

void add_refunds(Saga& saga, const Moment& moment) {
  for (std::size_t index = saga.plan->legs.size(); index-- > 0;) {
    const Leg& leg = saga.legs[index];
    if (leg.state != LegState::settled || !saga.plan->legs[index].refundable) {
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
    return;
  }
}

/// The current leg did not happen and will not.
void fail_leg(Step& step, std::string error, const Moment& moment) {
  Saga& saga = step.saga;
  const std::size_t index = current_leg_index(saga);
  saga.error_message = std::move(error);
  if (is_refund(saga, index)) {
    park(step, kCompensationFailed);
    return;
  }
  saga.legs[index].state = LegState::failed;
  saga.error_code = saga.plan->legs[index].failure_code;
  const std::size_t planned = saga.legs.size();
  add_refunds(saga, moment);
  const std::string name(saga.plan->legs[index].name);
  if (saga.legs.size() == planned) {
    end(step, kFailed, name + " failed: " + saga.error_message, moment);
  } else {
    move_to(step, kCompensating, name + " failed, refunding: " + saga.error_message);
  }
}

void settle_leg(Step& step, const Outcome& outcome, const Moment& moment) {
  Saga& saga = step.saga;
  const std::size_t index = current_leg_index(saga);
  Leg& leg = saga.legs[index];
  leg.state = LegState::settled;
  leg.tx_id = outcome.tx_id;
  saga.parked_reason.clear();
  if (is_refund(saga, index)) {
    step.postings = ledger::mirror(saga.plan->postings(saga, refunded_leg_index(saga, index)));
    saga.error_code = "COMPENSATED";
    end(step, kFailed, "Refunded by " + leg.tx_id, moment);
    return;
  }
  step.postings = saga.plan->postings(saga, index);
  const LegPlan& plan = saga.plan->legs[index];
  if (plan.settled_status == kCompleted) {
    end(step, kCompleted, std::string(plan.settled_message), moment);
  } else {
    move_to(step, plan.settled_status, std::string(plan.settled_message));
  }
}

void keep_polling(Step& step, const Moment& moment, const Policy& policy) {
  Leg& leg = current(step.saga);
  leg.state = LegState::polling;
  leg.open_until = Timestamp{};
  leg.refusals = 0;
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
  // An earlier submission may still be under way: this refusal says nothing about that one.
  if (moment.now < leg.open_until) {
    leg.state = LegState::asking;
    step.rest = leg.open_until - moment.now;
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
  if (!outcome.not_attempted && leg.refusals + 1 >= policy.max_attempts) {
    step.saga.error_message = outcome.error;
    park(step, refund ? kCompensationFailed : kRefusedTooOften);
    return;
  }
  step.rest = backoff(policy, leg.refusals, moment.jitter_permille);
  ++leg.refusals;
}

}  // namespace

Action next_action(const Saga& saga) {
  const Leg* leg = current_leg(saga);
  if (leg == nullptr || is_final(saga.status)) {
    return Action::stop;
  }
  switch (leg->state) {
    case LegState::planned:
      return Action::choose;
    case LegState::submitting:
      return Action::submit;
    case LegState::asking:
    case LegState::polling:
      return Action::query;
    case LegState::settled:
    case LegState::failed:
      break;
  }
  return Action::stop;
}

Saga take_over(Saga saga, const Moment& moment) {
  const std::size_t index = current_leg_index(saga);
  if (index < saga.legs.size() && saga.legs[index].state == LegState::submitting) {
    Leg& leg = saga.legs[index];
    leg.state = LegState::asking;
    leg.open_until = std::max(leg.open_until, moment.now + moment.grace);
  }
  return saga;
}

Step on_chosen(Saga saga, const routing::Choice& choice, std::optional<Money> fee,
               const Moment& moment, const Policy& policy) {
  Step step = begin_step(std::move(saga), moment);
  const std::size_t index = current_leg_index(step.saga);
  Leg& leg = step.saga.legs[index];
  push_bounded(leg.decisions, Decision{moment.now, choice.provider, choice.reasons});
  if (!choice.provider) {
    const bool all_refused =
        !choice.reasons.empty() && std::ranges::all_of(choice.reasons, [&leg](const auto& reason) {
          return std::ranges::find(leg.refused_by, reason.provider) != leg.refused_by.end();
        });
    if (all_refused) {
      fail_leg(step, step.saga.error_message, moment);
      return step;
    }
    leg.avoid.clear();
    step.rest = std::max(choice.retry_after, backoff(policy, leg.refusals, moment.jitter_permille));
    leg.refusals = std::min<std::int64_t>(leg.refusals + 1, 3);
    return step;
  }
  leg.provider = *choice.provider;
  leg.state = LegState::submitting;
  leg.requested_at = truncate_to_milliseconds(moment.now);
  if (!is_refund(step.saga, index)) {
    const LegPlan& plan = step.saga.plan->legs[index];
    if (plan.priced_at_choice && fee) {
      leg.fee = *fee;
    }
    move_to(step, plan.submitted_status, std::string(plan.submitted_message));
  }
  return step;
}

Step on_submitted(Saga saga, const Outcome& outcome, const Moment& moment, const Policy& policy) {
  Step step = begin_step(std::move(saga), moment);
  Leg& leg = current(step.saga);
  using Status = Outcome::Status;
  static constexpr std::string_view kNames[] = {"settled",  "pending",   "failed",
                                                "rejected", "not_found", "unknown"};
  push_bounded(leg.attempts,
               Attempt{.provider = leg.provider,
                       .operation_id = leg.operation_id,
                       .outcome = std::string(kNames[static_cast<int>(outcome.status)]),
                       .started_at = moment.now - outcome.latency,
                       .latency = outcome.latency,
                       .error = outcome.error});
  if (!outcome.reference.empty()) {
    leg.reference = outcome.reference;
  }
  switch (outcome.status) {
    case Status::settled:
      settle_leg(step, outcome, moment);
      break;
    case Status::pending:
      keep_polling(step, moment, policy);
      break;
    case Status::failed:
      fail_leg(step, outcome.error, moment);
      break;
    case Status::rejected:
      refuse_leg(step, outcome, moment, policy);
      break;
    case Status::not_found:
    case Status::unknown:
      leg.state = LegState::asking;
      if (!outcome.answered) {
        leg.open_until = std::max(leg.open_until, moment.now + moment.grace);
      }
      break;  // ask at once: most often it did arrive
  }
  return step;
}

Step on_queried(Saga saga, const Outcome& outcome, const Moment& moment, const Policy& policy) {
  Step step = begin_step(std::move(saga), moment);
  Leg& leg = current(step.saga);
  using Status = Outcome::Status;
  if (!outcome.reference.empty()) {
    leg.reference = outcome.reference;
  }
  const auto record = [&leg, &outcome](std::string_view name) {
    if (!leg.attempts.empty()) {
      leg.attempts.back().outcome = name;
      leg.attempts.back().error = outcome.error;
    }
  };
  switch (outcome.status) {
    case Status::settled:
      ++leg.polls;
      record("settled");
      settle_leg(step, outcome, moment);
      break;
    case Status::pending:
      ++leg.polls;
      record("pending");
      keep_polling(step, moment, policy);
      break;
    case Status::failed:
      ++leg.polls;
      record("failed");
      fail_leg(step, outcome.error, moment);
      break;
    case Status::not_found:
      // A transfer that was accepted and is now unknown is a lie or an outage: never a reason to
      // send it elsewhere.
      if (leg.state == LegState::polling) {
        step.rest = backoff(policy, leg.refusals++, moment.jitter_permille);
      } else if (moment.now < leg.open_until) {
        step.rest = leg.open_until - moment.now;
      } else {
        record("not_found");
        free_leg(step.saga, leg);
      }
      break;
    case Status::rejected:
    case Status::unknown:
      step.rest = backoff(policy, leg.refusals, moment.jitter_permille);
      leg.refusals = std::min<std::int64_t>(leg.refusals + 1, 16);
      if (moment.now - leg.requested_at > policy.settlement_deadline) {
        step.saga.parked_reason = kSettlementOverdue;
      }
      break;
  }
  return step;
}

Result<Step> cancel(Saga saga, Timestamp now) {
  const Leg* leg = current_leg(saga);
  if (saga.status != kPending || leg == nullptr || leg->state != LegState::planned ||
      !leg->attempts.empty()) {
    return fail(kNotCancelable, "the payment is " + saga.status +
                                    "; only one of which nothing was submitted can be cancelled");
  }
  const Moment moment{.now = now, .fresh_id = {}};
  Step step = begin_step(std::move(saga), moment);
  end(step, kCancelled, "Cancelled by request", moment);
  return step;
}

Result<Step> retry(Saga saga, Uuid fresh_id, Timestamp now) {
  const bool parked = !saga.parked_reason.empty() && saga.parked_reason != kSettlementOverdue;
  const bool untouched = std::ranges::none_of(
      saga.legs, [](const Leg& leg) { return leg.state == LegState::settled; });
  if (!parked && !(saga.status == kFailed && untouched)) {
    return fail(kNotRetryable, "the payment is " + saga.status + " and has no leg to resume");
  }
  Step step = begin_step(std::move(saga), Moment{.now = now, .fresh_id = fresh_id});
  Saga& retried = step.saga;
  retried.parked_reason.clear();
  if (!parked) {
    const auto failed = std::ranges::find(retried.legs, LegState::failed, &Leg::state);
    if (failed != retried.legs.end()) {
      failed->state = LegState::planned;
      failed->provider.clear();
      failed->reference.clear();
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
  }
  step.rest = Duration{0};
  return step;
}

Duration backoff(const Policy& policy, std::int64_t refusals, std::int64_t jitter_permille) {
  const std::int64_t doublings = std::clamp<std::int64_t>(refusals, 0, 20);
  const Duration doubled{policy.backoff_min.count() << doublings};
  const Duration delay = std::min(policy.backoff_max, doubled);
  return delay * jitter_permille / 1000;
}

}  // namespace remit::engine
