#include "remit/webhooks/delivery_routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "delivery_json.hpp"
#include "delivery_requests.hpp"
#include "endpoint_requests.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::webhooks {
namespace {

using net::Request;
using net::Response;

net::Page deliveries_page(TenantId tenant, const std::vector<Delivery>& deliveries,
                          std::size_t limit, bool with_answer) {
  net::JsonWriter json;
  json.begin_array();
  const std::size_t shown = std::min(limit, deliveries.size());
  for (std::size_t i = 0; i < shown; ++i) {
    json.raw(delivery_json(tenant, deliveries[i], with_answer));
  }
  json.end_array();
  net::Page page{.items = json.take(), .next = {}};
  if (shown > 0 && shown < deliveries.size()) page.next = cursor_of(deliveries[shown - 1]);
  return page;
}

/// Who sends again what was sent is told in the log.
void note(const Request& request, std::string_view event, const Uuid& id, std::int64_t count) {
  const std::optional<Uuid>& by = request.caller->key;
  telemetry::log(telemetry::Level::info, request.trace, event,
                 {{"tenant", request.tenant().id().value()},
                  {"id", id.to_string()},
                  {"deliveries", count},
                  {"by_key_id", by ? by->to_string() : std::string()}});
}

class DeliveryRoutes {
 public:
  explicit DeliveryRoutes(DeliveryService& service) : service_(service) {}

  Task<Result<Response>> list(Request request) {
    Result<ListDeliveries::Input> wanted = read_delivery_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto limit = static_cast<std::size_t>(wanted->limit - 1);
    const bool with_answer = wanted->with_answer;
    const auto found = co_await service_.list(*std::move(wanted));
    if (!found) co_return fail(found.error());
    co_return net::page_response(request,
                                 deliveries_page(request.tenant(), *found, limit, with_answer));
  }

  Task<Result<Response>> get(Request request) {
    const Result<DeliveryId> which = read_delivery_id(request);
    if (!which) co_return fail(which.error());
    const Result<bool> with_answer = read_with_answer(request);
    if (!with_answer) co_return fail(with_answer.error());
    const Result<Delivery> found = co_await service_.find(*which, *with_answer);
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, delivery_json(request.tenant(), *found, *with_answer));
  }

  Task<Result<Response>> redeliver(Request request) {
    const Result<DeliveryId> which = read_delivery_id(request);
    if (!which) co_return fail(which.error());
    const Result<Delivery> begun = co_await service_.redeliver(*which);
    if (!begun) co_return fail(begun.error());
    note(request, "webhook delivery begun again", begun->id, 1);
    co_return net::json_response(202, delivery_json(request.tenant(), *begun, false));
  }

  Task<Result<Response>> replay(Request request) {
    const Result<Uuid> endpoint = read_endpoint_id(request);
    if (!endpoint) co_return fail(endpoint.error());
    const Result<ReplayRequest> wanted = read_replay(request);
    if (!wanted) co_return fail(wanted.error());
    const EndpointKey key{.tenant = request.tenant(), .id = *endpoint};
    const Result<Replayed> replayed = co_await service_.replay(key, wanted->since, wanted->after);
    if (!replayed) co_return fail(replayed.error());
    note(request, "webhook events replayed", *endpoint, replayed->count);
    co_return net::json_response(202, replayed_json(*replayed));
  }

 private:
  DeliveryService& service_;
};

}  // namespace

std::vector<net::Route> delivery_routes(DeliveryService& service) {
  using enum net::Method;
  using net::Scope;
  const auto routes = std::make_shared<DeliveryRoutes>(service);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  const std::string endpoint = "/webhook-endpoints/{endpoint_id}";
  const std::string one = "/webhook-deliveries/{delivery_id}";
  return {{get, endpoint + "/deliveries", Scope::webhooks_read, to(&DeliveryRoutes::list)},
          {post, endpoint + "/replay", Scope::webhooks_write, to(&DeliveryRoutes::replay)},
          {get, one, Scope::webhooks_read, to(&DeliveryRoutes::get)},
          {post, one + "/redeliver", Scope::webhooks_write, to(&DeliveryRoutes::redeliver)}};
}

}  // namespace remit::webhooks
