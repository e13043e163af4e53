#include "quote_json.hpp"

#include <chrono>
#include <cstdint>

#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/quotes/quote_routes.hpp"

namespace remit::quotes {
namespace {

/// ISO 8601: "PT180S".
std::string iso_duration(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration);
  return "PT" + std::to_string(seconds.count()) + "S";
}

}  // namespace

std::string fees_json(const QuoteFees& fees, std::string_view currency) {
  net::JsonWriter json;
  json.begin_object()
      .member("platform_fee", fees.platform.minor)
      .member("onramp_fee", fees.onramp.minor)
      .member("offramp_fee", fees.offramp.minor)
      .member("total_fees", fees.total.minor)
      .member("currency", currency)
      .end_object();
  return json.take();
}

std::string quote_json(const Quote& quote, std::optional<Timestamp> now) {
  const auto valid_for =
      std::chrono::duration_cast<std::chrono::seconds>(quote.expires_at - quote.created_at);
  net::JsonWriter json;
  json.begin_object()
      .member("quote_id", quote.quote_id)
      .member("amount", quote.amount.minor)
      .member("currency", to_string(quote.amount.currency));
  json.raw_member("exchange_rate", quote.rate.to_string());
  json.raw_member("fees", fees_json(quote.fees, to_string(quote.fees.total.currency)));
  json.member("guaranteed_payout", quote.guaranteed_payout.minor)
      .member("payout_currency", to_string(quote.payout_currency));
  json.name("provider")
      .begin_object()
      .member("onramp", quote.onramp)
      .member("offramp", quote.offramp)
      .member("rate_source", quote.rate_source)
      .end_object();
  json.member("expires_at", to_rfc3339(quote.expires_at))
      .member("valid_for_seconds", valid_for.count());
  if (now) json.member("status", to_string(quote.status(*now)));
  if (now && quote.payment_id) json.member("payment_id", quote.payment_id->to_string());
  json.end_object();
  return json.take();
}

std::string estimate_json(const FeeEstimate& estimate) {
  net::JsonWriter json;
  json.begin_object().member("total_fee", estimate.fees.total.minor);
  // Nothing is bridged on a chain and no risk is priced: both are truly zero.
  json.name("fee_breakdown")
      .begin_object()
      .member("platform_fee", estimate.fees.platform.minor)
      .member("onramp_fee", estimate.fees.onramp.minor)
      .member("offramp_fee", estimate.fees.offramp.minor)
      .member("gas_cost", std::int64_t{0})
      .member("risk_premium", std::int64_t{0})
      .end_object();
  json.name("recommended_provider")
      .begin_object()
      .member("onramp", estimate.onramp.provider.value_or(""))
      .member("offramp", estimate.offramp.provider.value_or(""));
  json.name("chain").null();
  json.member("reasoning", estimate.reasoning).end_object();
  json.member("estimated_settlement_time", iso_duration(estimate.settlement_time));
  json.raw_member("confidence_score", print_decimal_shortest(estimate.confidence_millionths, 6));
  json.name("risk_factors").begin_array();
  for (const std::string& risk : estimate.risk_factors) json.string(risk);
  json.end_array().end_object();
  return json.take();
}

}  // namespace remit::quotes
