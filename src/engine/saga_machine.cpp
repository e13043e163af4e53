#include "remit/engine/saga_machine.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "saga_steps.hpp"

namespace remit::engine {
namespace {

using providers::Outcome;

template <class T>
void push_bounded(std::vector<T>& kept, T value) {
  if (kept.size() == kMaxKept) kept.erase(kept.begin());
  kept.push_back(std::move(value));
}

std::string_view name_of(Outcome::Status status) {
  static constexpr std::array<std::string_view, 7> kNames{
      "settled", "pending", "failed", "rejected", "not_found", "unknown", "unknown"};
  static_assert(kNames.size() == static_cast<std::size_t>(Outcome::Status::differs) + 1);
  return kNames.at(static_cast<std::size_t>(status));
}

/// The attempt that was made with the provider chosen last; of one whose owner died before it could
/// write it down, no more is known than when it began at the earliest.
Attempt& last_attempt(Leg& leg) {
  if (!has_attempt(leg)) {
    push_bounded(leg.attempts, Attempt{.provider = leg.provider,
                                       .operation_id = leg.operation_id,
                                       .outcome = "unknown",
                                       .started_at = leg.requested_at,
                                       .latency = {},
                                       .error = {}});
  }
  return leg.attempts.back();
}

/// What a question has found out.
void record(Leg& leg, const Outcome& outcome) {
  Attempt& attempt = last_attempt(leg);
  attempt.outcome = name_of(outcome.status);
  attempt.asked.clear();
  if (attempt.error.empty()) attempt.error = outcome.error;
}

}  // namespace

Action next_action(const Saga& saga) {
  const Leg* leg = current_leg(saga);
  if (leg == nullptr || is_final(saga.status)) return Action::stop;
  switch (leg->state) {
    case LegState::planned:
      return plan_of_leg(saga, current_leg_index(saga)).made_by == MadeBy::ourselves
                 ? Action::settle
                 : Action::choose;
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

Saga take_over(Saga saga, const StepContext& context) {
  const std::size_t index = current_leg_index(saga);
  if (index < saga.legs.size() && saga.legs[index].state == LegState::submitting) {
    Leg& leg = saga.legs[index];
    leg.state = LegState::asking;
    leg.open_until = std::max(leg.open_until, context.now + context.late_effect_window);
  }
  return saga;
}

Step on_chosen(Saga saga, const routing::Choice& choice, std::optional<Money> fee,
               const StepContext& context, const Policy& policy) {
  Step step = begin_step(std::move(saga), context.now);
  const Cursor at(step);
  Leg& leg = at.leg();
  push_bounded(leg.decisions, Decision{context.now, choice.provider, choice.reasons});
  if (!choice.provider) {
    const bool all_refused =
        !choice.reasons.empty() && std::ranges::all_of(choice.reasons, [&leg](const auto& reason) {
          return std::ranges::find(leg.refused_by, reason.provider) != leg.refused_by.end();
        });
    if (all_refused) {
      fail_leg(at, step.saga.error_message, context, policy);
      return checked(std::move(step));
    }
    leg.avoid.clear();
    rest_for_a_provider(at, context, policy);
    step.rest = std::max(choice.retry_after, *step.rest);
    return checked(std::move(step));
  }
  leg.provider = *choice.provider;
  leg.state = LegState::submitting;
  leg.requested_at = truncate_to_milliseconds(context.now);
  leg.late_effect_window = context.chosen_window;
  if (at.plan.priced_at_choice && fee) leg.fee = *fee;
  // One that gives another back has the status already.
  if (!at.is_compensation()) {
    move_to(step, at.plan.submitted_status, std::string(at.plan.submitted_message));
  }
  return checked(std::move(step));
}

Step on_submitted(Saga saga, const Outcome& outcome, const StepContext& context,
                  const Policy& policy) {
  Step step = begin_step(std::move(saga), context.now);
  const Cursor at(step);
  Leg& leg = at.leg();
  using Status = Outcome::Status;
  const bool turned_down =
      outcome.turned_down || (outcome.status == Status::rejected && !outcome.not_attempted);
  push_bounded(leg.attempts, Attempt{.provider = leg.provider,
                                     .operation_id = leg.operation_id,
                                     .outcome = std::string(name_of(outcome.status)),
                                     .started_at = context.now - outcome.latency,
                                     .latency = outcome.latency,
                                     .error = outcome.error,
                                     .asked = {},
                                     .turned_down = turned_down});
  if (!outcome.reference.empty()) leg.reference = outcome.reference;
  switch (outcome.status) {
    case Status::settled:
      settle_leg(at, outcome, context);
      break;
    case Status::pending:
      keep_polling(at, context, policy);
      break;
    case Status::failed:
      fail_leg(at, outcome.error, context, policy);
      break;
    case Status::rejected:
      refuse_leg(at, outcome, context, policy);
      break;
    case Status::not_found:
    case Status::unknown:
      leg.state = LegState::asking;
      if (!outcome.answered) {
        leg.open_until = std::max(leg.open_until, context.now + context.late_effect_window);
      }
      break;  // ask at once: most often it did arrive
    case Status::differs:
      leg.open_until = std::max(leg.open_until, context.now + context.late_effect_window);
      park_differing(at, outcome);
      break;
  }
  return checked(std::move(step));
}

Step on_queried(Saga saga, const Outcome& outcome, const StepContext& context,
                const Policy& policy) {
  Step step = begin_step(std::move(saga), context.now);
  const Cursor at(step);
  Leg& leg = at.leg();
  using Status = Outcome::Status;
  if (!outcome.reference.empty()) leg.reference = outcome.reference;
  switch (outcome.status) {
    case Status::settled:
      ++leg.polls;
      record(leg, outcome);
      settle_leg(at, outcome, context);
      break;
    case Status::pending:
      ++leg.polls;
      record(leg, outcome);
      keep_polling(at, context, policy);
      break;
    case Status::failed:
      ++leg.polls;
      record(leg, outcome);
      fail_leg(at, outcome.error, context, policy);
      break;
    case Status::not_found:
      // A transfer that was accepted and is now unknown is a lie or an outage: never a reason to
      // send it elsewhere.
      if (leg.state == LegState::polling) {
        step.rest = backoff(policy, leg.waits++, context.jitter_permille);
        show_when_overdue(at, context, policy);
      } else if (!has_attempt(leg)) {
        // Its owner died before it could say what came of it, and that says nothing against the
        // provider: the same operation there once more is still the same operation.
        leg.state = LegState::submitting;
        leg.late_effect_window = std::max(leg.late_effect_window, context.late_effect_window);
      } else if (time_open(leg, context) > Duration::zero()) {
        step.rest = time_open(leg, context);
      } else {
        record(leg, outcome);
        free_unknown_leg(at, context, policy);
      }
      break;
    case Status::rejected:
    case Status::unknown:
      if (has_attempt(leg)) leg.attempts.back().asked = outcome.error;
      step.rest = backoff(policy, leg.waits++, context.jitter_permille);
      show_when_overdue(at, context, policy);
      break;
    case Status::differs:
      record(leg, outcome);
      park_differing(at, outcome);
      break;
  }
  return checked(std::move(step));
}

Step on_settled_here(Saga saga, const StepContext& context) {
  Step step = begin_step(std::move(saga), context.now);
  Outcome outcome;
  outcome.status = Outcome::Status::settled;
  settle_leg(Cursor(step), outcome, context);
  return checked(std::move(step));
}

Step append(Step first, Step next) {
  if (next.saga.id != first.saga.id || next.saga.version != first.saga.version) {
    throw std::logic_error("a step that follows another saga's");
  }
  Step both = std::move(first);
  both.saga = std::move(next.saga);
  std::ranges::move(next.transitions, std::back_inserter(both.transitions));
  std::ranges::move(next.postings, std::back_inserter(both.postings));
  both.rest = next.rest;
  both.ended = next.ended;
  if (!both.catches_up) both.catches_up = std::move(next.catches_up);
  return checked(std::move(both));
}

bool only_counts(const Saga& before, const Step& step) {
  if (!step.rest || !step.transitions.empty() || !step.postings.empty()) return false;
  const std::size_t index = current_leg_index(before);
  if (index >= before.legs.size() || index >= step.saga.legs.size()) return false;
  const Leg& asked = step.saga.legs[index];
  Saga counted = before;
  counted.updated_at = step.saga.updated_at;
  counted.legs[index].polls = asked.polls;
  counted.legs[index].waits = asked.waits;
  return counted == step.saga;
}

}  // namespace remit::engine
