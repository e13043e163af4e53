#include "remit/payments/payment_routes.hpp"

#include <memory>
#include <utility>

#include "payment_requests.hpp"
#include "remit/net/json_writer.hpp"
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
  Task<Result<Response>> create(Request request) {
    Result<PaymentRequest> wanted = read_payment(request, settings_, service_.now());
    request = Request();
    if (!wanted) co_return fail(std::move(wanted.error()));
    Result<idempotency::Answer> answer;
    if (auto* charge = std::get_if<ChargeRequest>(&*wanted)) {
      answer = co_await service_.charge(std::move(*charge));
    } else {
      answer = co_await service_.convert(std::move(std::get<ConversionRequest>(*wanted)));
    }
    if (!answer) co_return fail(std::move(answer.error()));
    co_return idempotency::to_response(std::move(*answer));
  }

  Task<Result<Response>> get(Request request) {
    return one(std::move(request), &PaymentService::get, payment_json, 200);
  }

  Task<Result<Response>> routing(Request request) {
    return one(std::move(request), &PaymentService::routing, routing_json, 200);
  }

  Task<Result<Response>> cancel(Request request) {
    return one(std::move(request), &PaymentService::cancel, payment_json, 200);
  }

  Task<Result<Response>> retry(Request request) {
    return one(std::move(request), &PaymentService::retry, payment_json, 202);
  }

  Task<Result<Response>> list(Request request) {
    Result<ListRequest> wanted = read_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto limit = static_cast<std::size_t>(wanted->limit);
    ++wanted->limit;  // one more than shown tells whether there is another page
    const Result<std::vector<Payment>> payments = co_await service_.list(std::move(*wanted));
    if (!payments) co_return fail(payments.error());
    co_return net::page_response(request, payments_page(*payments, limit));
  }

  Task<Result<Response>> summarise(Request request) {
    Result<SummaryRequest> wanted = read_summary(request, settings_);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const Result<Summary> summary = co_await service_.summarise(std::move(*wanted));
    if (!summary) co_return fail(summary.error());
    co_return net::json_response(200, summary_json(*summary, settings_.charge_currency));
  }

  Task<Result<Response>> purge(Request request) {
    request.body = std::string();
    const Result<std::int64_t> purged = co_await service_.purge_charges(request.tenant());
    if (!purged) co_return fail(purged.error());
    net::JsonWriter writer;
    writer.begin_object().member("purged", *purged).end_object();
    co_return net::json_response(200, writer.take());
  }

 private:
  /// What the service has of the payment that the path names, or makes of it, as `show` shows it.
  template <class Found>
  Task<Result<Response>> one(Request request,
                             Task<Result<Found>> (PaymentService::*find)(Tenant, Uuid),
                             std::string (*show)(const Found&), int status) {
    request.body = std::string();  // it may wait for long
    const Result<Uuid> id = read_payment_id(request);
    if (!id) co_return fail(id.error());
    const Result<Found> found = co_await (service_.*find)(request.tenant(), *id);
    if (!found) co_return fail(found.error());
    co_return net::json_response(status, show(*found));
  }

  PaymentService& service_;
  PaymentRouteSettings settings_;
};

}  // namespace

std::vector<net::Route> payment_routes(PaymentService& service, PaymentRouteSettings settings) {
  using enum net::Method;
  using net::Scope;
  const auto routes = std::make_shared<PaymentRoutes>(service, settings);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  std::vector<net::Route> table = {
      {post, "/payments", Scope::payments_write, to(&PaymentRoutes::create)},
      {get, "/payments", Scope::payments_read, to(&PaymentRoutes::list)},
      {get, "/payments/{payment_id}", Scope::payments_read, to(&PaymentRoutes::get)},
      {get, "/payments/{payment_id}/routing", Scope::payments_read, to(&PaymentRoutes::routing)},
      {post, "/payments/{payment_id}/cancel", Scope::payments_write, to(&PaymentRoutes::cancel)},
      {post, "/payments/{payment_id}/retry", Scope::payments_write, to(&PaymentRoutes::retry)},
      {get, "/payments-summary", Scope::payments_read, to(&PaymentRoutes::summarise)}};
  if (settings.allow_purge) {
    table.push_back({post, "/purge-payments", Scope::admin, to(&PaymentRoutes::purge)});
  }
  return table;
}

}  // namespace remit::payments
