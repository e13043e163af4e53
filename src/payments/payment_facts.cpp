#include "payment_facts.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "payment_members.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/payments/conversion_terms.hpp"
#include "remit/payments/payment_machine.hpp"

namespace remit::payments {
namespace {

using engine::Saga;
using net::JsonWriter;
using Types = std::vector<std::string_view>;

constexpr std::string_view kAccepted = "payment.accepted";
constexpr std::string_view kFailedType = "payment.failed";

/// What happens to payments of either kind. That a charge is sent to a processor is not told.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes{
    {{engine::kCompleted, "payment.completed"},
     {engine::kCancelled, "payment.cancelled"},
     {kOnrampPending, "payment.onramp_pending"},
     {kOnrampComplete, "payment.onramp_complete"},
     {kOfframpPending, "payment.offramp_pending"},
     {engine::kCompensating, "refund.accepted"}}};

Types types_of(const Saga& saga, std::string_view status) {
  if (status == engine::kFailed) {
    const bool is_refunded = saga.error_code == engine::kCompensated;
    return is_refunded ? Types{"refund.completed", kFailedType} : Types{kFailedType};
  }
  for (const auto& [its_status, type] : kTypes) {
    if (status == its_status) return {type};
  }
  return {};
}

void begin(JsonWriter& json, const Saga& saga, std::string_view status) {
  json.reserve(512);
  json.begin_object()
      .member("payment_id", saga.id.to_string())
      .member("kind", saga.plan->kind)
      .member("status", status)
      .member("amount", saga.amount.minor)
      .member("currency", to_string(saga.amount.currency));
}

void write_charge_first(JsonWriter& json, const Saga& saga) {
  json.name("processor").null().name("requested_at").null();
  json.member("fee_amount", 0).member("fee_currency", to_string(saga.amount.currency));
}

void write_conversion(JsonWriter& json, const Saga& saga) {
  json.raw_members(terms_of(saga).shown);
  write_ramps(json, saga);
}

/// The members of one kind.
using Write = void(JsonWriter& json, const Saga& saga);

/// `status`: that of a transition on the way to where the saga is now, or of the last one.
template <Write write>
std::string shown(const Saga& saga, std::string_view status) {
  JsonWriter json;
  begin(json, saga, status);
  write(json, saga);
  json.member_or_null("error_code", saga.error_code.empty() ? saga.parked_reason : saga.error_code)
      .member_or_null("error_message", saga.error_message)
      .member("created_at", to_rfc3339(saga.created_at))
      .member("updated_at", to_rfc3339(saga.updated_at));
  write_instant(json, "processed_at", status == saga.status ? saga.processed_at : std::nullopt);
  json.end_object();
  return json.take();
}

template <Write write>
std::string shown_first(const Saga& saga) {
  JsonWriter json;
  begin(json, saga, engine::kPending);
  write(json, saga);
  json.name("error_code").null().name("error_message").null().name("processed_at").null();
  json.end_object();
  return json.take();
}

}  // namespace

constinit const engine::FactPlan kChargeFacts{.resource = "/payments/",
                                              .accepted = kAccepted,
                                              .types = types_of,
                                              .shown = shown<write_charge>,
                                              .shown_first = shown_first<write_charge_first>};
constinit const engine::FactPlan kConversionFacts{.resource = "/payments/",
                                                  .accepted = kAccepted,
                                                  .types = types_of,
                                                  .shown = shown<write_conversion>,
                                                  .shown_first = shown_first<write_conversion>};

std::string shown_terms(const ConversionDetails& details, Currency paid) {
  JsonWriter json;
  json.begin_object();
  write_terms(json, details,
              {.paid = to_string(paid), .paid_out = to_string(details.payout.currency)});
  json.end_object();
  const std::string object = json.take();
  return object.substr(1, object.size() - 2);
}

}  // namespace remit::payments
