#include "remit/quotes/quote_routes.hpp"

#include <utility>

#include "quote_json.hpp"
#include "remit/net/json.hpp"

namespace remit::quotes {
namespace {

constexpr std::size_t kMaxCurrencyText = 16;
constexpr std::size_t kMaxHintText = 100;

Currency read_currency(net::FieldReader& reader, std::string_view name) {
  const auto text = reader.text(name, 1, kMaxCurrencyText);
  if (!text) return Currency::USD;
  const auto currency = parse_fiat_currency(*text);
  if (!currency) reader.add_error(name, "is not a supported currency");
  return currency.value_or(Currency::USD);
}

QuoteRequest read_request(net::FieldReader& reader) {
  const Currency from = read_currency(reader, "from_currency");
  const Currency to = read_currency(reader, "to_currency");
  const auto amount = reader.integer("amount", 1, kMaxAmount);
  return QuoteRequest{Money{amount.value_or(0), from}, to};
}

Result<QuoteRequest> read_request(const net::Request& request) {
  const auto body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader reader(*body);
  const QuoteRequest wanted = read_request(reader);
  if (!reader.ok()) return fail(reader.problem());
  return wanted;
}

net::Response refuse(const net::Request& request, const Problem& problem) {
  return net::problem_response(problem, request.trace.request_id);
}

Task<net::Response> post_quote(QuoteService* service, net::Request request) {
  const Result<QuoteRequest> wanted = read_request(request);
  request.body = std::string();  // it may wait for long
  if (!wanted) co_return refuse(request, wanted.error());
  const auto quote = co_await service->create(kDefaultTenant, *wanted);
  if (!quote) co_return refuse(request, quote.error());
  co_return net::json_response(200, quote_json(*quote));
}

Task<net::Response> get_quote(QuoteService* service, net::Request request) {
  std::string quote_id(request.path_parameter("quote_id"));
  const auto quote = co_await service->get(kDefaultTenant, std::move(quote_id));
  if (!quote) co_return refuse(request, quote.error());
  co_return net::json_response(200, quote_json(*quote, service->now()));
}

Task<net::Response> calculate_fees(QuoteService* service, net::Request request) {
  const auto body = request.json();
  if (!body) co_return refuse(request, body.error());
  net::FieldReader reader(*body);
  const QuoteRequest wanted = read_request(reader);
  // Taken for their shape: routing knows no countries, priorities or tiers.
  for (const std::string_view hint : {"destination_country", "priority", "customer_tier"}) {
    reader.text(hint, 1, kMaxHintText, net::FieldReader::Presence::optional);
  }
  if (!reader.ok()) co_return refuse(request, reader.problem());
  const auto estimate = service->estimate(wanted);
  if (!estimate) co_return refuse(request, estimate.error());
  co_return net::json_response(200, estimate_json(*estimate));
}

}  // namespace

void add_quote_routes(net::Router& router, QuoteService& service) {
  QuoteService* const quotes = &service;
  router.add(net::Method::post, "/quotes",
             [quotes](net::Request request) { return post_quote(quotes, std::move(request)); });
  router.add(net::Method::get, "/quotes/{quote_id}",
             [quotes](net::Request request) { return get_quote(quotes, std::move(request)); });
  router.add(net::Method::post, "/fees/calculate",
             [quotes](net::Request request) { return calculate_fees(quotes, std::move(request)); });
}

}  // namespace remit::quotes
