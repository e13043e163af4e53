#include "saga_actor.hpp"

#include <string>
#include <utility>

#include "held_sagas.hpp"
#include "remit/base/jitter.hpp"
#include "remit/engine/runner.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"
#include "saga_choice.hpp"

namespace remit::engine {
namespace {

using providers::Outcome;

/// Words for a provider that is not there: nothing was sent and nothing can be said.
Outcome not_attempted(std::string why) {
  Outcome outcome;
  outcome.status = Outcome::Status::rejected;
  outcome.passing = true;
  outcome.not_attempted = true;
  outcome.error = std::move(why);
  return outcome;
}

bool counts_as_healthy(const Outcome& outcome) {
  if (outcome.status == Outcome::Status::unknown) return outcome.in_own_form;
  return outcome.status != Outcome::Status::rejected || !outcome.not_attempted;
}

}  // namespace

std::shared_ptr<const BatchLease> LeaseHold::leave() {
  const std::shared_ptr<BatchLease> left = std::exchange(shared, nullptr);
  return left && ++left->left == left->size ? left : nullptr;
}

Task<void> SagaActor::run(std::shared_ptr<SagaActor> self) {
  if (self->origin_ == Origin::taken_over) {
    // Before the saga is moved from: how long its call may still take depends on its provider.
    const StepContext taken_over_at = self->context();
    self->is_as_stored_ = next_action(self->saga_) != Action::submit;
    self->saga_ = take_over(std::move(self->saga_), taken_over_at);
  }
  bool going = true;
  while (going) {
    const Action action = next_action(self->saga_);
    if (action == Action::stop) break;
    if (self->parts_.stopping && action != Action::submit) {
      Saga unused = self->saga_;
      co_await self->parts_.database.run<ReleaseSaga>(std::move(unused));
      break;
    }
    std::optional<Step> step;
    if (action == Action::choose) {
      step = self->choose_provider(self->saga_);
    } else if (action == Action::settle) {
      step = on_settled_here(self->saga_, self->context());
    } else if (action == Action::submit) {
      step = co_await self->submit();
    } else {
      step = co_await self->query();
    }
    Step chosen_for = self->with_choice(*std::move(step));
    going = co_await self->conclude(std::move(chosen_for));
  }
  if (self->over_) {
    {
      const load::Permit given_back = std::move(self->permit_);
    }
    BatchLease over = *self->over_;
    co_await self->parts_.database.run<EndLease>(std::move(over));
  }
}

StepContext SagaActor::context() const {
  const Leg* const leg = current_leg(saga_);
  const Uuid id = parts_.ids.next();
  const Duration held = parts_.clock.monotonic() - lease_.earliest;
  StepContext context{.now = lease_.claimed_at + held,
                      .uncertainty = lease_.latest - lease_.earliest,
                      .fresh_id = id};
  context.jitter_permille = jitter_permille(id);
  if (leg != nullptr && !leg->provider.empty()) {
    const Duration longest = parts_.book.longest_latency(provider_kind(), leg->provider);
    context.late_effect_window = std::max(longest * 2, leg->late_effect_window);
  }
  return context;
}

Task<Step> SagaActor::submit() {
  const auto kind = provider_kind();
  const std::string name = current_leg(saga_)->provider;
  providers::LegProvider* provider = parts_.find_provider(kind, name);
  std::optional<routing::ProviderBook::Ticket> ticket = parts_.book.begin_call(kind, name);
  Outcome outcome;
  if (provider == nullptr) {
    outcome = not_attempted("provider " + name + " is not configured");
  } else if (!ticket) {
    outcome = not_attempted("provider " + name + " takes no calls now");
  } else {
    providers::Operation operation_to_submit = operation();
    providers::CallContext call = call_context();
    outcome = co_await provider->submit(std::move(operation_to_submit), std::move(call));
    ticket->finish(counts_as_healthy(outcome), outcome.latency);
  }
  co_return on_submitted(saga_, outcome, context(), parts_.policy);
}

Task<Step> SagaActor::query() {
  const auto kind = provider_kind();
  const std::string name = current_leg(saga_)->provider;
  providers::LegProvider* provider = parts_.find_provider(kind, name);
  Outcome outcome;  // unknown, when there is no provider to ask
  if (provider == nullptr) outcome.error = "provider " + name + " is not configured";
  const Duration asked_at = parts_.clock.monotonic();
  if (provider != nullptr) {
    providers::Operation operation_to_ask = operation();
    providers::CallContext call = call_context();
    outcome = co_await provider->query(std::move(operation_to_ask), std::move(call));
  }
  StepContext answered = context();
  // The answer is as old as the question: a process that was stopped in between must not take it
  // for the present.
  answered.uncertainty += parts_.clock.monotonic() - asked_at;
  co_return on_queried(saga_, outcome, answered, parts_.policy);
}

Step SagaActor::choose_provider(Saga saga) const {
  const Survey survey = survey_for(*parts_.plan, parts_.book);
  return choose(std::move(saga), survey, context(), parts_.policy);
}

Step SagaActor::with_choice(Step step) const {
  const bool goes_on = !step.rest && !step.ended && !parts_.stopping;
  if (!goes_on || next_action(step.saga) != Action::choose) return step;
  Step choice = choose_provider(step.saga);
  return append(std::move(step), std::move(choice));
}

Task<bool> SagaActor::conclude(Step step) {
  if (!parts_.held.may_rest(step)) {
    const bool going = co_await save(std::move(step));
    co_return going;
  }
  const Duration due = parts_.clock.monotonic() + *step.rest;
  if (is_as_stored_ && only_counts(saga_, step) && parts_.held.lasts_until(due, lease_)) {
    saga_ = std::move(step.saga);
  } else {
    step.rest.reset();  // its lease is renewed
    const bool is_saved = co_await save(std::move(step));
    if (!is_saved) co_return false;
  }
  parts_.held.rest({std::move(saga_), lease_}, due);
  co_return false;
}

Task<bool> SagaActor::save(Step step) {
  Duration pause = std::chrono::milliseconds(50);
  while (true) {
    const Duration lease_from = parts_.clock.monotonic();
    SaveRequest request{.step = step, .lease = parts_.lease};
    const Result<Saved> saved = co_await parts_.database.run<SaveStep>(std::move(request));
    if (saved) {
      if (auto over = lease_.leave()) over_ = std::move(over);
      if (*saved == Saved::fenced) co_return false;
      count(step);
      log(step);
      saga_ = std::move(step.saga);
      ++saga_.version;
      is_as_stored_ = true;
      lease_.lease_end = lease_from + parts_.lease;
      co_return !step.ended && !step.rest;
    }
    // Only when surely nothing was written is writing it again the same as writing it once; an
    // unknown outcome is left to the next claim of the row.
    const ProblemCode& code = saved.error().code;
    const bool nothing_written =
        code == kUnavailable || code == kOverloaded || code == kRequestInProgress;
    if (!nothing_written || parts_.clock.monotonic() + pause >= lease_.lease_end) {
      telemetry::log(telemetry::Level::warn, "save abandoned; lease will expire",
                     {{"payment_id", saga_.id.to_string()}, {"code", saved.error().code.name}});
      co_return false;
    }
    const std::unique_ptr<Alarm> alarm = parts_.alarms.make_alarm();
    co_await alarm->wait(pause);
    pause = std::min<Duration>(pause * 2, std::chrono::seconds(1));
  }
}

void SagaActor::count(const Step& step) const {
  const Saga& saga = step.saga;
  if (saga.parked_reason != saga_.parked_reason && !saga.parked_reason.empty()) {
    ++parts_.counts.parked;
  }
  if (!step.ended) return;
  if (saga.status == kCompleted) ++parts_.counts.completed;
  if (saga.status == kFailed) ++parts_.counts.failed;
}

void SagaActor::log(const Step& step) const {
  using telemetry::Level;
  const Saga& saga = step.saga;
  const bool is_shown_anew = saga.parked_reason != saga_.parked_reason;
  const bool calls_for_attention = !saga.parked_reason.empty() || saga.status == kCompensating;
  const Level level = calls_for_attention                       ? Level::warn
                      : saga.status == kFailed || is_shown_anew ? Level::info
                                                                : Level::debug;
  if (!telemetry::is_logged(level) || (step.transitions.empty() && !is_shown_anew)) return;
  telemetry::log(level, trace(), "payment status changed",
                 {{"tenant", std::int64_t{saga.tenant.value()}},
                  {"payment_id", saga.id.to_string()},
                  {"kind", saga.plan->kind},
                  {"from", step.transitions.empty() ? saga.status : step.transitions.front().from},
                  {"to", saga.status},
                  {"parked", saga.parked_reason},
                  {"error", saga.error_message}});
}

providers::Operation SagaActor::operation() const {
  const Leg& leg = *current_leg(saga_);
  const Leg* const original = leg.compensates ? &saga_.legs[*leg.compensates] : nullptr;
  return {.kind = leg.operation,
          .operation_id = leg.operation_id,
          .payment_id = saga_.id,
          .source = leg.source,
          .target = leg.target,
          .account = leg.account,
          .reference = leg.reference,
          .refund_of = original == nullptr ? std::string() : original->reference,
          .original_operation = original == nullptr ? Uuid() : original->operation_id,
          .requested_at = leg.requested_at};
}

providers::CallContext SagaActor::call_context() const {
  providers::CallContext call{.send_before = lease_.lease_end, .trace = trace()};
  const auto* provider = parts_.book.find(provider_kind(), current_leg(saga_)->provider);
  if (provider != nullptr) call.timeout = provider->timeout;
  return call;
}

ProviderKind SagaActor::provider_kind() const {
  return plan_of_leg(saga_, current_leg_index(saga_)).provider_kind;
}

telemetry::TraceContext SagaActor::trace() const {
  const std::string request_id = saga_.request_id.empty() ? saga_.id.to_string() : saga_.request_id;
  const std::optional<std::string_view> parent =
      saga_.traceparent.empty() ? std::nullopt : std::optional<std::string_view>(saga_.traceparent);
  return telemetry::continue_trace(request_id, parent);
}

}  // namespace remit::engine
