#include "remit/providers/ramp_client.hpp"

#include <utility>

#include "provider_http.hpp"
#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::providers {
namespace {

/// It is a part of URLs: a longer one is malformed.
constexpr std::size_t kMaxReferenceLength = 200;

std::string transfer_body(const Operation& operation) {
  net::JsonWriter out;
  out.begin_object()
      .member("operation_id", operation.operation_id.to_string())
      .member("direction", to_string(operation.kind))
      .member("source_amount", operation.source.minor)
      .member("source_currency", to_string(operation.source.currency))
      .member("target_currency", to_string(operation.target.currency))
      .member("target_amount", operation.target.minor)
      .member("account", operation.account)
      .member("payment_id", operation.payment_id.to_string())
      .end_object();
  return out.take();
}

std::string refund_body(const Operation& operation) {
  net::JsonWriter out;
  out.begin_object()
      .member("operation_id", operation.operation_id.to_string())
      .member("payment_id", operation.payment_id.to_string())
      .end_object();
  return out.take();
}

Outcome transfer_outcome(const Operation& operation, const net::Answer& answer) {
  const auto fields = JsonFields::read(answer.body);
  if (!fields) return malformed(answer, "not a transfer");
  if (fields->uuid("operation_id") != operation.operation_id) {
    return malformed(answer, "of another operation");
  }
  const std::string reference = fields->text("transfer_id").value_or("");
  if (reference.empty() || reference.size() > kMaxReferenceLength) {
    return malformed(answer, "without a transfer_id");
  }
  if (!operation.reference.empty() && operation.reference != reference) {
    return malformed(answer, "of another transfer");
  }
  const std::string status = fields->text("status").value_or("");
  Outcome outcome = make_outcome(Outcome::Status::unknown, {}, answer.latency);
  outcome.reference = reference;
  outcome.tx_id = shortened(fields->text("tx_id").value_or(""));
  if (status == "PENDING") {
    outcome.status = Outcome::Status::pending;
  } else if (status == "SETTLED") {
    outcome.status = Outcome::Status::settled;
  } else if (status == "FAILED") {
    outcome.status = Outcome::Status::failed;
    outcome.error = shortened(fields->text("failure_reason").value_or("no reason given"));
  } else {
    return malformed(answer, "without a status");
  }
  return outcome;
}

}  // namespace

Task<Outcome> RampClient::submit(Operation operation, CallContext context) {
  const bool is_refund = operation.kind == OperationKind::refund;
  std::string target = is_refund
                           ? "/transfers/" + net::encode_component(operation.refund_of) + "/refund"
                           : "/transfers";
  std::string body = is_refund ? refund_body(operation) : transfer_body(operation);
  net::Call call = make_call(net::Method::post, std::move(target), std::move(body), context);
  call.headers.push_back({"Idempotency-Key", operation.operation_id.to_string()});
  const net::CallResult result = co_await client_->call(std::move(call));
  if (!result) co_return unanswered_submission(result.error());
  const bool is_taken = result->status == 200 || result->status == 202;
  if (!is_taken) {
    co_return transfer_verdict(reply_of(*result), describe(*result), result->latency);
  }
  co_return transfer_outcome(operation, *result);
}

Task<Outcome> RampClient::query(Operation operation, CallContext context) {
  if (!operation.reference.empty()) {
    net::Call by_reference = make_call(
        net::Method::get, "/transfers/" + net::encode_component(operation.reference), {}, context);
    const net::CallResult result = co_await client_->call(std::move(by_reference));
    if (!result) co_return unanswered_query(result.error());
    if (result->status == 200) co_return transfer_outcome(operation, *result);
    if (result->status != 404) {
      co_return transfer_absence(reply_of(*result), describe(*result), result->latency);
    }
    // Only our own id can prove that the provider has nothing of ours.
    operation.reference.clear();
  }
  net::Call by_operation =
      make_call(net::Method::get, "/transfers?operation_id=" + operation.operation_id.to_string(),
                {}, context);
  const net::CallResult result = co_await client_->call(std::move(by_operation));
  if (!result) co_return unanswered_query(result.error());
  if (result->status == 200) co_return transfer_outcome(operation, *result);
  co_return transfer_absence(reply_of(*result), describe(*result), result->latency);
}

Task<HealthAnswer> RampClient::health(CallContext context) {
  net::Call call = make_call(net::Method::get, "/health", {}, context);
  const net::CallResult result = co_await client_->call(std::move(call));
  co_return read_health(result);
}

Task<Result<FeeSchedule>> RampClient::fees(CallContext context) {
  net::Call call = make_call(net::Method::get, "/fees", {}, context);
  const net::CallResult result = co_await client_->call(std::move(call));
  if (!result || result->status != 200) co_return fail(unreachable(result));
  const auto fields = JsonFields::read(result->body);
  const auto percent = fields ? fields->decimal("percent", FeeSchedule::kScale) : std::nullopt;
  const auto fixed = fields ? fields->count("fixed") : std::nullopt;
  const auto currency =
      fields ? parse_currency(fields->text("currency").value_or("")) : std::nullopt;
  const bool is_sound = percent && fixed && currency &&
                        *percent <= 100 * power_of_ten(FeeSchedule::kScale) && *fixed <= kMaxAmount;
  if (!is_sound) co_return fail(kProviderUnreachable, "not a fee schedule");
  const std::int64_t unit = power_of_ten(FeeSchedule::kScale - minor_digits(*currency));
  co_return FeeSchedule{.percent_scaled = *percent, .fixed_scaled = *fixed * unit};
}

}  // namespace remit::providers
