#include "remit/providers/processor_client.hpp"

#include <utility>

#include "provider_http.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::providers {
namespace {

std::string charge_body(const Operation& operation) {
  net::JsonWriter out;
  out.begin_object()
      .member("correlationId", operation.operation_id.to_string())
      // Characters all the way: the amount never is a floating-point number.
      .raw_member("amount", major_units(operation.source))
      .member("requestedAt", to_rfc3339_milliseconds(operation.requested_at))
      .end_object();
  return out.take();
}

/// An instant as processors print it: the public one leaves the offset out and means UTC; databases
/// print a space for the T.
std::optional<Timestamp> recorded_instant(const JsonFields& fields) {
  constexpr std::size_t kDateLength = 10;
  std::string text = fields.text("requestedAt").value_or("");
  if (text.size() > kDateLength && text[kDateLength] == ' ') text[kDateLength] = 'T';
  auto instant = parse_timestamp(text);
  if (!instant) instant = parse_timestamp(text + "Z");
  return instant ? std::optional(*instant) : std::nullopt;
}

/// What GET /payments/{id} says about our charge.
Outcome recorded_charge(const Operation& operation, const net::Answer& answer) {
  const auto fields = JsonFields::read(answer.body);
  if (!fields) return malformed(answer, "not a payment");
  if (fields->uuid("correlationId") != operation.operation_id) {
    return malformed(answer, "of another payment");
  }
  const auto amount = fields->decimal("amount", minor_digits(operation.source.currency));
  if (!amount) return malformed(answer, "without an amount");
  if (*amount != operation.source.minor) {
    const Money recorded{*amount, operation.source.currency};
    return make_outcome(Outcome::Status::differs,
                        "recorded there with another amount: " + to_string(recorded) +
                            " instead of " + to_string(operation.source),
                        answer.latency);
  }
  Outcome outcome = make_outcome(Outcome::Status::settled, {}, answer.latency);
  outcome.recorded_at = recorded_instant(*fields);
  if (!outcome.recorded_at) outcome.error = "recorded there at an instant that cannot be read";
  return outcome;
}

}  // namespace

Task<Outcome> ProcessorClient::submit(Operation operation, CallContext context) {
  net::Call call = make_call(net::Method::post, "/payments", charge_body(operation), context);
  const net::CallResult result = co_await client_->call(std::move(call));
  if (!result) co_return unanswered_submission(result.error());
  if (result->status == 422) {
    const Duration spent = result->latency;
    Outcome confirmed = co_await confirm_recorded(operation, context, spent);
    co_return confirmed;
  }
  if (result->status != 200) {
    co_return charge_verdict(reply_of(*result), describe(*result), result->latency);
  }
  const auto fields = JsonFields::read(result->body);
  if (!fields || !fields->text("message")) co_return malformed(*result, "without its message");
  co_return make_outcome(Outcome::Status::settled, {}, result->latency);
}

Task<Outcome> ProcessorClient::confirm_recorded(Operation operation, CallContext context,
                                                Duration spent) {
  Outcome asked = co_await query(std::move(operation), std::move(context));
  co_return duplicate_verdict(std::move(asked), spent);
}

Task<Outcome> ProcessorClient::query(Operation operation, CallContext context) {
  net::Call call =
      make_call(net::Method::get, "/payments/" + operation.operation_id.to_string(), {}, context);
  const net::CallResult result = co_await client_->call(std::move(call));
  if (!result) co_return unanswered_query(result.error());
  if (result->status == 200) co_return recorded_charge(operation, *result);
  co_return charge_absence(reply_of(*result), describe(*result), result->latency);
}

Task<HealthAnswer> ProcessorClient::health(CallContext context) {
  net::Call call = make_call(net::Method::get, "/payments/service-health", {}, context);
  const net::CallResult result = co_await client_->call(std::move(call));
  co_return read_health(result);
}

}  // namespace remit::providers
