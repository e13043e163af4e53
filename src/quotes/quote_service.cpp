#include "remit/quotes/quote_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "remit/base/decimal.hpp"
#include "remit/quotes/pricing.hpp"
#include "remit/quotes/quote_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::quotes {
namespace {

/// Both directions are priced by the whole amount, in its own currency.
Problem no_provider(ProviderKind kind, const routing::Choice& choice) {
  std::string detail = "no " + std::string(to_string(kind)) + " can take it now";
  for (const routing::Reason& reason : choice.reasons) {
    detail +=
        (&reason == &choice.reasons.front() ? ": " : ", ") + reason.provider + " " + reason.verdict;
  }
  Problem problem(kNoProviderAvailable, std::move(detail));
  problem.retry_after = std::max(std::chrono::seconds(1),
                                 std::chrono::ceil<std::chrono::seconds>(choice.retry_after));
  return problem;
}

constexpr std::int64_t kMillion = 1'000'000;
/// Of two legs, each found settled after a few.
constexpr std::int64_t kPolls = 2 * 3;

const routing::ProviderStatus* find(const std::vector<routing::ProviderStatus>& status,
                                    ProviderKind kind, std::string_view name) {
  const auto found = std::ranges::find_if(
      status, [&](const auto& one) { return one.kind == kind && one.name == name; });
  return found == status.end() ? nullptr : &*found;
}

void add_risks(std::vector<std::string>& risks, const std::vector<routing::ProviderStatus>& status,
               ProviderKind kind, const routing::Choice& choice) {
  const std::string name = std::string(to_string(kind)) + " " + choice.provider.value_or("");
  const auto* const chosen = find(status, kind, choice.provider.value_or(""));
  if (chosen != nullptr && chosen->breaker == routing::BreakerState::half_open) {
    risks.push_back(name + ": circuit half open");
  }
  if (chosen != nullptr && chosen->failure_rate_millionths > 0) {
    risks.push_back(name + ": " + print_decimal_shortest(chosen->failure_rate_millionths, 4) +
                    " % of recent calls failed");
  }
  const auto usable = std::ranges::count_if(choice.reasons, [](const routing::Reason& reason) {
    return reason.verdict == "chosen" || reason.verdict == "dearer";
  });
  if (usable == 1) risks.push_back(name + ": no alternative is available now");
}

/// "onramp swift chosen at 10.50 USD; slow dearer at 11.00 USD, broken circuit_open"
std::string reasoning_of(ProviderKind kind, const routing::Choice& choice, Currency currency) {
  std::string text(to_string(kind));
  bool is_first = true;
  for (const routing::Reason& reason : choice.reasons) {
    text += (is_first ? " " : ", ") + reason.provider + " " + reason.verdict;
    if (reason.cost_minor) text += " at " + to_string(Money{*reason.cost_minor, currency});
    is_first = false;
  }
  return text;
}

/// The chance that neither chosen provider fails, by their recent failure rates.
std::int64_t confidence_millionths(const std::vector<routing::ProviderStatus>& status,
                                   std::string_view onramp, std::string_view offramp) {
  const auto success = [&](ProviderKind kind, std::string_view name) {
    const auto* const one = find(status, kind, name);
    return one == nullptr ? kMillion : kMillion - one->failure_rate_millionths;
  };
  return success(ProviderKind::onramp, onramp) * success(ProviderKind::offramp, offramp) / kMillion;
}

}  // namespace

Result<QuoteService::Route> QuoteService::route(Money amount) const {
  Route route;
  route.onramp = parts_.book.choose(ProviderKind::onramp, amount);
  if (!route.onramp.provider) return fail(no_provider(ProviderKind::onramp, route.onramp));
  route.offramp = parts_.book.choose(ProviderKind::offramp, amount);
  if (!route.offramp.provider) return fail(no_provider(ProviderKind::offramp, route.offramp));
  const Result<QuoteFees> fees =
      fees_of(amount, platform_schedule(settings_.quotes.platform_fee, amount),
              parts_.book.fee(ProviderKind::onramp, *route.onramp.provider),
              parts_.book.fee(ProviderKind::offramp, *route.offramp.provider));
  if (!fees) return std::unexpected(fees.error());
  route.fees = *fees;
  if (route.fees.total.minor >= amount.minor) {
    return fail(kAmountTooSmall,
                to_string(amount) + " does not cover the fees of " + to_string(route.fees.total));
  }
  return route;
}

Task<Result<Quote>> QuoteService::make(Tenant tenant, QuoteRequest request) {
  const Result<Route> route = this->route(request.amount);
  if (!route) co_return std::unexpected(route.error());
  const Currency from = request.amount.currency;
  parts_.rates.prefetch(from, Currency::USDC);
  const auto rate = co_await parts_.rates.best(from, request.to);
  if (!rate) co_return std::unexpected(rate.error());
  const Result<Payout> payout =
      payout_of(request.amount, route->fees.total, rate->rate, request.to);
  if (!payout) co_return std::unexpected(payout.error());
  const auto bridge = co_await parts_.rates.best(from, Currency::USDC);
  if (!bridge) co_return std::unexpected(bridge.error());
  const Result<Money> stablecoin = convert_floor(payout->source_cost, bridge->rate, Currency::USDC);
  if (!stablecoin) co_return std::unexpected(stablecoin.error());
  if (stablecoin->minor <= 0) co_return fail(kAmountTooSmall, "it buys no stablecoin");

  Quote quote;
  quote.quote_id = make_quote_id(make_id(parts_.ids.next(), tenant));
  quote.amount = request.amount;
  quote.payout_currency = request.to;
  quote.rate = rate->rate;
  quote.fees = route->fees;
  quote.guaranteed_payout = payout->guaranteed;
  quote.source_cost = payout->source_cost;
  quote.rounding = payout->rounding;
  quote.stablecoin_amount = *stablecoin;
  quote.onramp = *route->onramp.provider;
  quote.offramp = *route->offramp.provider;
  quote.rate_source = rate->source;
  quote.created_at = parts_.clock.now();
  quote.expires_at = quote.created_at + settings_.quotes.valid_for;
  co_return quote;
}

Task<Result<Quote>> QuoteService::create(Tenant tenant, QuoteRequest request) {
  Result<Quote> quote = co_await make(tenant, request);
  if (!quote) co_return quote;
  InsertQuote::Input input{tenant, *quote};
  const Result<void> stored = co_await parts_.database.run<InsertQuote>(std::move(input));
  if (!stored) co_return std::unexpected(stored.error());
  co_return quote;
}

Task<Result<Quote>> QuoteService::get(Tenant tenant, std::string quote_id) {
  const auto id = parse_quote_id(quote_id);
  if (!id) co_return fail(kQuoteNotFound, "there is no such quote");
  const FindQuote::Input key{tenant, *id};
  const auto found = co_await parts_.database.run<FindQuote>(key);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return fail(kQuoteNotFound, "there is no quote " + quote_id);
  co_return **found;
}

Result<FeeEstimate> QuoteService::estimate(QuoteRequest request) const {
  const Result<Route> route = this->route(request.amount);
  if (!route) return std::unexpected(route.error());
  FeeEstimate estimate;
  estimate.fees = route->fees;
  estimate.onramp = route->onramp;
  estimate.offramp = route->offramp;
  estimate.reasoning = reasoning_of(ProviderKind::onramp, route->onramp, request.amount.currency) +
                       "; " +
                       reasoning_of(ProviderKind::offramp, route->offramp, request.amount.currency);
  estimate.settlement_time = settings_.poll_interval * kPolls;
  const auto status = parts_.book.status();
  estimate.confidence_millionths =
      confidence_millionths(status, *route->onramp.provider, *route->offramp.provider);
  add_risks(estimate.risk_factors, status, ProviderKind::onramp, route->onramp);
  add_risks(estimate.risk_factors, status, ProviderKind::offramp, route->offramp);
  return estimate;
}

}  // namespace remit::quotes
