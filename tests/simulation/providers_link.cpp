#include "simulation/providers_link.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace remit::simulation {
namespace {

using providers::CallContext;
using providers::OperationKind;
using providers::Outcome;
using Status = Outcome::Status;

Outcome outcome_of(Status status, Duration latency, std::string error = {}) {
  return providers::make_outcome(status, std::move(error), latency);
}

Outcome unanswered_query(const CallError& error) {
  return outcome_of(Status::unknown, error.latency, error.what);
}

Outcome unanswered_submission(const CallError& error) {
  if (error.request_sent) return unanswered_query(error);
  Outcome outcome = outcome_of(Status::rejected, error.latency, error.what);
  outcome.passing = true;
  outcome.not_attempted = true;
  return outcome;
}

std::string words_of(const CallAnswer& answer) {
  return "HTTP " + std::to_string(answer.response.status);
}

/// What its contract says that a provider's own errors look like.
providers::Reply reply_of(const CallAnswer& answer, providers::Reply::Body own) {
  const Response& response = answer.response;
  return {response.status, response.is_foreign ? providers::Reply::Body::other : own};
}

providers::Reply processor_reply(const CallAnswer& answer) {
  return reply_of(answer, providers::Reply::Body::none);
}
providers::Reply ramp_reply(const CallAnswer& answer) {
  return reply_of(answer, providers::Reply::Body::problem);
}

Outcome nonsense(const CallAnswer& answer) {
  return outcome_of(Status::unknown, answer.latency, "nonsense");
}

Outcome transfer_outcome(const CallAnswer& answer, const std::string& expected_reference) {
  const Response& response = answer.response;
  if (response.is_garbage) return nonsense(answer);
  if (!expected_reference.empty() && response.reference != expected_reference) {
    return nonsense(answer);
  }
  Outcome outcome = outcome_of(response.transfer, answer.latency);
  outcome.reference = response.reference;
  outcome.tx_id = response.tx_id;
  if (response.transfer == Status::failed) outcome.error = "the bank refused it";
  return outcome;
}

}  // namespace

Task<CallResult> Link::call(Request::Type type, Operation operation, Duration timeout,
                            std::optional<Duration> send_before) {
  Schedule& schedule = machine_.schedule();
  const Duration start = schedule.now();
  const std::optional<Duration> connecting = provider_.connect(self_);
  const Duration until_connected = connecting.value_or(Duration{1'000});
  if (until_connected > Duration::zero()) {
    const Duration wait = std::min(until_connected, timeout);
    auto connected = machine_.ask<bool>(
        [&schedule, wait](Reply<bool> reply) { schedule.after(wait, [reply] { reply(true); }); });
    co_await std::move(connected);
  }
  Duration passed = schedule.now() - start;
  if (!connecting) co_return std::unexpected(CallError{false, "no connection", passed});
  // A process that was paused meanwhile finds its deadline past before it writes.
  if (passed >= timeout) co_return std::unexpected(CallError{false, "timed out", passed});
  if (send_before && schedule.now() > *send_before) {
    co_return std::unexpected(CallError{false, "too late to send", passed});
  }
  auto request = std::make_shared<Request>(Request{
      .type = type, .operation = std::move(operation), .timeout = timeout, .sender = self_});
  const Uuid payment = request->operation.payment_id;
  const std::int64_t work = send_before ? world_.begin_work(payment, *send_before) : 0;
  if (type == Request::Type::submit) world_.check_submission(provider_, *request);
  const Duration left = timeout - passed;
  auto answering = machine_.ask<std::optional<Response>>(
      [this, &schedule, request, left](Reply<std::optional<Response>> reply) {
        schedule.after(left, [reply] { reply(std::nullopt); });
        provider_.send(request, [reply](const Response& response) { reply(response); });
      });
  std::optional<Response> response = co_await std::move(answering);
  if (send_before) world_.end_work(payment, work);
  passed = schedule.now() - start;
  const bool is_answered = response && response->status != 0;
  if (!is_answered) co_return std::unexpected(CallError{true, "no answer", passed});
  co_return CallAnswer{std::move(*response), passed};
}

Task<Outcome> Link::submit(Operation operation, CallContext context) {
  if (operation.kind == OperationKind::charge) {
    Outcome charged = co_await submit_charge(std::move(operation), std::move(context));
    co_return charged;
  }
  const CallResult result = co_await call(Request::Type::submit, std::move(operation),
                                          context.timeout, context.send_before);
  if (!result) co_return unanswered_submission(result.error());
  const int status = result->response.status;
  if (status != 200 && status != 202) {
    co_return transfer_verdict(ramp_reply(*result), words_of(*result), result->latency);
  }
  co_return transfer_outcome(*result, {});
}

Task<Outcome> Link::submit_charge(Operation operation, CallContext context) {
  Operation to_send = operation;
  const CallResult result = co_await call(Request::Type::submit, std::move(to_send),
                                          context.timeout, context.send_before);
  if (!result) co_return unanswered_submission(result.error());
  if (result->response.status == 422) {
    const Duration spent = result->latency;
    Outcome confirmed = co_await query_charge(std::move(operation), std::move(context));
    co_return duplicate_verdict(std::move(confirmed), spent);
  }
  if (result->response.status != 200) {
    co_return charge_verdict(processor_reply(*result), words_of(*result), result->latency);
  }
  if (result->response.is_garbage) co_return nonsense(*result);
  co_return outcome_of(Status::settled, result->latency);
}

Task<Outcome> Link::query(Operation operation, CallContext context) {
  Outcome outcome;
  if (operation.kind == OperationKind::charge) {
    outcome = co_await query_charge(std::move(operation), std::move(context));
  } else {
    outcome = co_await query_transfer(std::move(operation), std::move(context));
  }
  co_return outcome;
}

Task<Outcome> Link::query_charge(Operation operation, CallContext context) {
  Operation to_ask = operation;
  const CallResult result = co_await call(Request::Type::ask_operation, std::move(to_ask),
                                          context.timeout, context.send_before);
  if (!result) co_return unanswered_query(result.error());
  const Response& response = result->response;
  if (response.status != 200) {
    co_return charge_absence(processor_reply(*result), words_of(*result), result->latency);
  }
  if (response.is_garbage) co_return nonsense(*result);
  if (response.amount.minor != operation.source.minor) {
    co_return outcome_of(Status::differs, result->latency, "recorded with another amount");
  }
  Outcome outcome = outcome_of(Status::settled, result->latency);
  outcome.recorded_at = response.requested_at;
  co_return outcome;
}

Task<Outcome> Link::query_transfer(Operation operation, CallContext context) {
  if (!operation.reference.empty()) {
    Operation to_ask = operation;
    const CallResult result = co_await call(Request::Type::ask_reference, std::move(to_ask),
                                            context.timeout, context.send_before);
    if (!result) co_return unanswered_query(result.error());
    const int status = result->response.status;
    if (status == 200) co_return transfer_outcome(*result, operation.reference);
    if (status != 404) {
      co_return transfer_absence(ramp_reply(*result), words_of(*result), result->latency);
    }
  }
  const CallResult result = co_await call(Request::Type::ask_operation, std::move(operation),
                                          context.timeout, context.send_before);
  if (!result) co_return unanswered_query(result.error());
  const int status = result->response.status;
  if (status == 200) co_return transfer_outcome(*result, {});
  co_return transfer_absence(ramp_reply(*result), words_of(*result), result->latency);
}

Task<HealthAnswer> Link::health() {
  using Kind = HealthAnswer::Kind;
  const CallResult result =
      co_await call(Request::Type::health, Operation(), provider_.config().timeout, std::nullopt);
  if (!result) {
    co_return HealthAnswer{.kind = Kind::none, .was_sent = result.error().request_sent};
  }
  const Response& response = result->response;
  if (response.status == 429) co_return HealthAnswer{.kind = Kind::asked_too_often};
  if (response.status != 200 || response.is_garbage) {
    co_return HealthAnswer{.kind = Kind::unreadable};
  }
  co_return HealthAnswer{.kind = Kind::report,
                         .report = {.failing = response.failing,
                                    .min_response_ms = response.min_response_ms,
                                    .checked_at = machine_.clock().now()}};
}

Task<Result<FeeSchedule>> Link::fees() {
  const CallResult result =
      co_await call(Request::Type::fees, Operation(), provider_.config().timeout, std::nullopt);
  if (!result || result->response.status != 200) {
    co_return fail(providers::kProviderUnreachable, "no fees");
  }
  co_return provider_.fees();
}

std::optional<providers::RateReading> SimRates::read(Currency from, Currency to) {
  if (random_.chance(failing)) return std::nullopt;
  // A major unit in hundredths of a dollar, by Currency.
  static constexpr std::array<std::int64_t, 8> kCents{10'000, 10'900, 12'700, 67,
                                                      6'500,  7'300,  1'800,  10'000};
  const std::int64_t numerator = kCents[static_cast<std::size_t>(from)] * 100'000'000;
  const std::int64_t plain = numerator / kCents[static_cast<std::size_t>(to)];
  const std::int64_t wobble = plain / 1000 * random_.between(-10, 10);
  const auto rate = Rate::from_scaled(plain + wobble);
  const Duration age = random_.chance(stale) ? Duration{std::chrono::minutes(5)} : Duration{0};
  return providers::RateReading{*rate, epoch_ + schedule_.now() - age};
}

Task<Result<providers::RateReading>> RateLink::read(Currency from, Currency to, Duration timeout) {
  const std::optional<providers::RateReading> reading = rates_.read(from, to);
  const Duration wait = reading ? rates_.delay() : timeout;
  Schedule& schedule = machine_.schedule();
  auto waiting = machine_.ask<bool>(
      [&schedule, wait](Reply<bool> reply) { schedule.after(wait, [reply] { reply(true); }); });
  co_await std::move(waiting);
  if (!reading) co_return fail(providers::kProviderUnreachable, "no rate");
  co_return *reading;
}

}  // namespace remit::simulation
