#include "remit/quotes/quote_routes.hpp"

#include <memory>
#include <utility>

#include "quote_json.hpp"
#include "quote_requests.hpp"

namespace remit::quotes {
namespace {

using net::Request;
using net::Response;

class QuoteRoutes {
 public:
  explicit QuoteRoutes(QuoteService& service) : service_(service) {}

  Task<Result<Response>> create(Request request) {
    const Result<QuoteRequest> wanted = read_quote_request(request);
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
        read_quote_request(request, {"destination_country", "priority", "customer_tier"});
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
