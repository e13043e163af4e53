#include "payment_members.hpp"

#include <algorithm>
#include <string>

#include "remit/quotes/quote_routes.hpp"

namespace remit::payments {
namespace {

using engine::Leg;
using engine::Saga;
using net::JsonWriter;

/// Null: its legs cannot be read.
void write_ramp(JsonWriter& json, const std::string& prefix, const Leg* leg) {
  json.member_or_null(prefix + "_provider", leg == nullptr ? "" : leg->provider);
  json.member_or_null(prefix + "_tx_id", leg == nullptr ? "" : leg->tx_id);
  json.name(prefix + "_poll_count");
  leg == nullptr ? json.null() : json.integer(leg->polls);
}

void write_fees(JsonWriter& json, const ConversionDetails& details, std::string_view currency) {
  const std::int64_t total =
      details.platform_fee.minor + details.onramp_fee.minor + details.offramp_fee.minor;
  json.member("fee_amount", total).member("fee_currency", currency);
  json.raw_member(
      "fees",
      quotes::fees_json({details.platform_fee, details.onramp_fee, details.offramp_fee, {total}},
                        currency));
}

}  // namespace

void write_instant(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  json.member_or_null(name, time ? to_rfc3339(*time) : std::string());
}

void write_terms(JsonWriter& json, const ConversionDetails& details, const Currencies& currencies) {
  json.member("source_account", details.source_account)
      .member("destination_account", details.destination_account)
      .member("quote_id", quotes::make_quote_id(details.quote_id));
  json.raw_member("exchange_rate", details.rate.to_string());
  json.member("guaranteed_payout_amount", details.payout.minor)
      .member("payout_currency", currencies.paid_out);
  write_fees(json, details, currencies.paid);
  json.member_or_null("external_id", details.external_id);
  json.raw_member("metadata", details.metadata.empty() ? "{}" : details.metadata);
  write_instant(json, "execute_at", details.execute_at);
}

void write_ramps(JsonWriter& json, const Saga& saga) {
  write_ramp(json, "on_ramp", saga.legs.empty() ? nullptr : &saga.legs[0]);
  write_ramp(json, "off_ramp", saga.legs.empty() ? nullptr : &saga.legs[1]);
  const auto refund =
      std::ranges::find(saga.legs, providers::OperationKind::refund, &Leg::operation);
  json.member_or_null("refund_tx_id", refund == saga.legs.end() ? std::string() : refund->tx_id);
}

void write_charge(JsonWriter& json, const Saga& saga) {
  const Leg& leg = saga.legs.front();
  json.member_or_null("processor", leg.provider);
  write_instant(json, "requested_at",
                leg.requested_at == Timestamp{} ? std::nullopt : std::optional(leg.requested_at));
  json.member("fee_amount", leg.fee.minor).member("fee_currency", to_string(leg.fee.currency));
}

}  // namespace remit::payments
