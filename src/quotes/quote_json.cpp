#include "quote_json.hpp"

#include <chrono>
#include <string_view>

#include "remit/base/decimal.hpp"
#include "remit/net/json.hpp"
#include "remit/quotes/quote_routes.hpp"

namespace remit::quotes {
namespace {

/// Members of one object in the order they are added.
class ObjectText {
 public:
  ObjectText& raw(std::string_view name, std::string_view json) {
    text_ += text_.empty() ? "{" : ",";
    text_ += "\"" + std::string(name) + "\":" + std::string(json);
    return *this;
  }
  ObjectText& text(std::string_view name, std::string_view value) {
    return raw(name, net::quote_json(value));
  }
  ObjectText& money(std::string_view name, Money value) {
    return raw(name, std::to_string(value.minor));
  }
  [[nodiscard]] std::string close() const { return text_ + "}"; }

 private:
  std::string text_;
};

ObjectText quote_members(const Quote& quote) {
  const std::string provider = ObjectText()
                                   .text("onramp", quote.onramp)
                                   .text("offramp", quote.offramp)
                                   .text("rate_source", quote.rate_source)
                                   .close();
  const auto valid_for =
      std::chrono::duration_cast<std::chrono::seconds>(quote.expires_at - quote.created_at);
  ObjectText object;
  object.text("quote_id", quote.quote_id)
      .money("amount", quote.amount)
      .text("currency", to_string(quote.amount.currency))
      .raw("exchange_rate", quote.rate.to_string())
      .raw("fees", fees_json(quote.fees))
      .money("guaranteed_payout", quote.guaranteed_payout)
      .text("payout_currency", to_string(quote.payout_currency))
      .raw("provider", provider)
      .text("expires_at", to_rfc3339(quote.expires_at))
      .raw("valid_for_seconds", std::to_string(valid_for.count()));
  return object;
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ",";
    json += net::quote_json(text);
  }
  return json + "]";
}

/// ISO 8601: "PT180S".
std::string iso_duration(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration);
  return "PT" + std::to_string(seconds.count()) + "S";
}

}  // namespace

std::string fees_json(const QuoteFees& fees) {
  return ObjectText()
      .money("platform_fee", fees.platform)
      .money("onramp_fee", fees.onramp)
      .money("offramp_fee", fees.offramp)
      .money("total_fees", fees.total)
      .text("currency", to_string(fees.total.currency))
      .close();
}

std::string quote_json(const Quote& quote) { return quote_members(quote).close(); }

std::string quote_json(const Quote& quote, Timestamp now) {
  ObjectText object = quote_members(quote);
  object.text("status", to_string(quote.status(now)));
  if (quote.payment_id) object.text("payment_id", quote.payment_id->to_string());
  return object.close();
}

std::string estimate_json(const FeeEstimate& estimate) {
  // Nothing is bridged on a chain and no risk is priced: both are truly zero.
  const std::string breakdown = ObjectText()
                                    .money("platform_fee", estimate.fees.platform)
                                    .money("onramp_fee", estimate.fees.onramp)
                                    .money("offramp_fee", estimate.fees.offramp)
                                    .raw("gas_cost", "0")
                                    .raw("risk_premium", "0")
                                    .close();
  const std::string recommended = ObjectText()
                                      .text("onramp", estimate.onramp.provider.value_or(""))
                                      .text("offramp", estimate.offramp.provider.value_or(""))
                                      .raw("chain", "null")
                                      .text("reasoning", estimate.reasoning)
                                      .close();
  return ObjectText()
      .money("total_fee", estimate.fees.total)
      .raw("fee_breakdown", breakdown)
      .raw("recommended_provider", recommended)
      .text("estimated_settlement_time", iso_duration(estimate.settlement_time))
      .raw("confidence_score", print_decimal_shortest(estimate.confidence_millionths, 6))
      .raw("risk_factors", list_json(estimate.risk_factors))
      .close();
}

}  // namespace remit::quotes
