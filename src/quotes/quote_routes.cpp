#include "remit/quotes/quote_routes.hpp"

#include <initializer_list>
#include <memory>
#include <utility>

#include "quote_json.hpp"
#include "remit/net/json.hpp"

namespace remit::quotes {
namespace {

using net::Request;
using net::Response;

constexpr std::size_t kMaxCurrencyText = 16;
constexpr std::size_t kMaxHintText = 100;

Currency read_currency(net::FieldReader& reader, std::string_view name) {
  const auto text = reader.text(name, 1, kMaxCurrencyText);
  if (!text) return Currency::USD;
  const auto currency = parse_fiat_currency(*text);
  if (!currency) reader.add_error(name, "is not a supported currency");
  return currency.value_or(Currency::USD);
}

/// `hints`: members that are taken for their shape alone.
Result<QuoteRequest> read_request(const Request& request,
                                  std::initializer_list<std::string_view> hints = {}) {
  const auto body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader reader(*body);
  const Currency from = read_currency(reader, "from_currency");
  const Currency to = read_currency(reader, "to_currency");
  const auto amount = reader.integer("amount", 1, kMaxAmount);
  for (const std::string_view hint : hints) {
    reader.text(hint, 1, kMaxHintText, net::FieldReader::Presence::optional);
  }
  if (!reader.ok()) return fail(reader.problem());
  return QuoteRequest{Money{*amount, from}, to};
}

class QuoteRoutes {
 public:
  explicit QuoteRoutes(QuoteService& service) : service_(service) {}

  Task<Result<Response>> create(Request request) {
    const Result<QuoteRequest> wanted = read_request(request);
    request.body = std::string();  // it may wait for long
    if (!wanted) co_return fail(wanted.error());
    const Result<Quote> quote = co_await service_.create(request.tenant(), *wanted);
    if (!quote) co_return fail(quote.error());
    co_return net::json_response(200, quote_json(*quote));
  }

  Task<Result<Response>> get(Request request) {
    std::string quote_id(request.path_parameter("quote_id"));
    const Result<Quote> quote = co_await service_.get(request.tenant(), std::move(quote_id));
    if (!quote) co_return fail(quote.error());
    co_return net::json_response(200, quote_json(*quote, service_.now()));
  }

  Task<Result<Response>> calculate_fees(Request request) {
    // Routing knows no countries, priorities or tiers.
    const Result<QuoteRequest> wanted =
        read_request(request, {"destination_country", "priority", "customer_tier"});
    if (!wanted) co_return fail(wanted.error());
    const auto estimate = service_.estimate(*wanted);
    if (!estimate) co_return fail(estimate.error());
    co_return net::json_response(200, estimate_json(*estimate));
  }

 private:
  QuoteService& service_;
};

}  // namespace

std::vector<net::Route> quote_routes(QuoteService& service) {
  using enum net::Method;
  using net::Scope;
  const auto routes = std::make_shared<QuoteRoutes>(service);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  return {{post, "/quotes", Scope::quotes_write, to(&QuoteRoutes::create)},
          {get, "/quotes/{quote_id}", Scope::quotes_read, to(&QuoteRoutes::get)},
          {post, "/fees/calculate", Scope::quotes_read, to(&QuoteRoutes::calculate_fees)}};
}

}  // namespace remit::quotes
