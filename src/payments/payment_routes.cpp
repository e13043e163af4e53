#include "remit/payments/payment_routes.hpp"

#include <memory>
#include <utility>

#include "payment_requests.hpp"
#include "remit/payments/payment_view.hpp"

namespace remit::payments {
namespace {

using net::Request;
using net::Response;

class PaymentRoutes {
 public:
  PaymentRoutes(PaymentService& service, PaymentRouteSettings settings)
      : service_(service), settings_(settings) {}

  /// Hundreds may wait for the database at once, each with what was read of its body alone.
  Task<Response> create(Request request) {
    Result<PaymentRequest> wanted = read_payment(request, settings_, service_.now());
    const std::string request_id = std::move(request.trace.request_id);
    request = Request();
    if (!wanted) {
      co_return net::problem_response(wanted.error(), request_id);
    }
    Result<idempotency::Answer> answer;
    if (auto* charge = std::get_if<ChargeRequest>(&*wanted)) {
      answer = co_await service_.charge(std::move(*charge));
    } else {
      answer = co_await service_.convert(std::move(std::get<ConversionRequest>(*wanted)));
    }
    if (!answer) {
      co_return net::problem_response(answer.error(), request_id);
    }
    co_return idempotency::to_response(std::move(*answer));
  }

  Task<Response> get(Request request) {
    const Result<Uuid> id = read_payment_id(request);
    if (!id) {
      co_return refuse(request, id.error());
    }
    const Result<Payment> payment = co_await service_.get(kDefaultTenant, *id);
    co_return payment ? net::json_response(200, payment_json(*payment))
                      : refuse(request, payment.error());
  }

  Task<Response> routing(Request request) {
    const Result<Uuid> id = read_payment_id(request);
    if (!id) {
      co_return refuse(request, id.error());
    }
    const Result<PaymentRouting> routing = co_await service_.routing(kDefaultTenant, *id);
    co_return routing ? net::json_response(200, routing_json(*routing))
                      : refuse(request, routing.error());
  }

  Task<Response> list(Request request) {
    Result<ListRequest> wanted = read_list(request);
    if (!wanted) {
      co_return refuse(request, wanted.error());
    }
    const auto limit = static_cast<std::size_t>(wanted->limit);
    ++wanted->limit;  // one more than shown tells whether there is another page
    const Result<std::vector<Payment>> payments = co_await service_.list(std::move(*wanted));
    co_return payments ? net::json_response(200, payments_json(*payments, limit, &write_cursor))
                       : refuse(request, payments.error());
  }

  Task<Response> cancel(Request request) {
    const Result<Uuid> id = read_payment_id(request);
    if (!id) {
      co_return refuse(request, id.error());
    }
    const Result<Payment> payment = co_await service_.cancel(kDefaultTenant, *id);
    co_return payment ? net::json_response(200, payment_json(*payment))
                      : refuse(request, payment.error());
  }

  Task<Response> retry(Request request) {
    const Result<Uuid> id = read_payment_id(request);
    if (!id) {
      co_return refuse(request, id.error());
    }
    const Result<Payment> payment = co_await service_.retry(kDefaultTenant, *id);
    co_return payment ? net::json_response(202, payment_json(*payment))
                      : refuse(request, payment.error());
  }

  Task<Response> summarise(Request request) {
    Result<SummaryRequest> wanted = read_summary(request, settings_);
    if (!wanted) {
      co_return refuse(request, wanted.error());
    }
    const Result<Summary> summary = co_await service_.summarise(std::move(*wanted));
    co_return summary ? net::json_response(200, summary_json(*summary, settings_.charge_currency))
                      : refuse(request, summary.error());
  }

  Task<Response> purge(Request request) {
    const Result<std::int64_t> purged = co_await service_.purge_charges(kDefaultTenant);
    co_return purged ? net::json_response(200, R"({"purged":)" + std::to_string(*purged) + "}")
                     : refuse(request, purged.error());
  }

 private:
  static Response refuse(const Request& request, const Problem& problem) {
    return net::problem_response(problem, request.trace.request_id);
  }

  PaymentService& service_;
  PaymentRouteSettings settings_;
};

}  // namespace

void add_payment_routes(net::Router& router, PaymentService& service,
                        PaymentRouteSettings settings) {
  const auto routes = std::make_shared<PaymentRoutes>(service, settings);
  const auto add = [&router, &routes](net::Method method, std::string pattern,
                                      Task<Response> (PaymentRoutes::*handler)(Request)) {
    router.add(method, std::move(pattern), [routes, handler](Request request) {
      // What has no use for a body does not keep it while it waits.
      if (handler != &PaymentRoutes::create) request.body = std::string();
      return (*routes.*handler)(std::move(request));
    });
  };
  add(net::Method::post, "/payments", &PaymentRoutes::create);
  add(net::Method::get, "/payments", &PaymentRoutes::list);
  add(net::Method::get, "/payments/{payment_id}", &PaymentRoutes::get);
  add(net::Method::get, "/payments/{payment_id}/routing", &PaymentRoutes::routing);
  add(net::Method::post, "/payments/{payment_id}/cancel", &PaymentRoutes::cancel);
  add(net::Method::post, "/payments/{payment_id}/retry", &PaymentRoutes::retry);
  add(net::Method::get, "/payments-summary", &PaymentRoutes::summarise);
  if (settings.allow_purge) add(net::Method::post, "/purge-payments", &PaymentRoutes::purge);
}

}  // namespace remit::payments
