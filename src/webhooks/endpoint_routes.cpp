#include "remit/webhooks/endpoint_routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "endpoint_json.hpp"
#include "endpoint_requests.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::webhooks {
namespace {

using net::Request;
using net::Response;

net::Page endpoints_page(const std::vector<Endpoint>& endpoints, std::size_t limit) {
  net::JsonWriter json;
  json.begin_array();
  const std::size_t shown = std::min(limit, endpoints.size());
  for (std::size_t i = 0; i < shown; ++i) json.raw(endpoint_json(endpoints[i]));
  json.end_array();
  net::Page page{.items = json.take(), .next = {}};
  const bool has_more = shown > 0 && shown < endpoints.size();
  if (has_more) page.next = {endpoints[shown - 1].created_at, endpoints[shown - 1].id};
  return page;
}

/// Who changes where events go is told in the log.
void note(const Request& request, std::string_view event, const Uuid& endpoint) {
  const std::optional<Uuid>& by = request.caller->key;
  telemetry::log(telemetry::Level::info, request.trace, event,
                 {{"tenant", request.tenant().id().value()},
                  {"endpoint_id", endpoint.to_string()},
                  {"by_key_id", by ? by->to_string() : std::string()}});
}

class EndpointRoutes {
 public:
  EndpointRoutes(EndpointService& service, Trials& trials) : service_(service), trials_(trials) {}

  Task<Result<Response>> create(Request request) {
    Result<NewEndpoint> wanted = read_new_endpoint(request, service_.settings());
    if (!wanted) co_return fail(std::move(wanted.error()));
    const Result<NewSecret> made =
        co_await service_.create(request.tenant(), std::move(wanted->wish), wanted->kind);
    if (!made) co_return fail(made.error());
    note(request, "webhook endpoint made", made->endpoint.id);
    co_return net::json_response(201, new_secret_json(*made));
  }

  Task<Result<Response>> list(Request request) {
    net::QueryReader query(request, {"limit", "cursor"});
    EndpointPage page{.limit = query.limit(), .before = {}};
    if (const auto cursor = query.cursor()) page.before.emplace(cursor->at, cursor->id);
    if (!query.ok()) co_return fail(query.problem());
    const auto limit = static_cast<std::size_t>(page.limit);
    ++page.limit;  // one more than shown tells whether there is another page
    const auto endpoints = co_await service_.list(request.tenant(), std::move(page));
    if (!endpoints) co_return fail(endpoints.error());
    co_return net::page_response(request, endpoints_page(*endpoints, limit));
  }

  Task<Result<Response>> get(Request request) {
    const Result<Uuid> id = read_endpoint_id(request);
    if (!id) co_return fail(id.error());
    const Result<Endpoint> found = co_await service_.find(request.tenant(), *id);
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, endpoint_json(*found));
  }

  Task<Result<Response>> change(Request request) {
    const Result<Uuid> id = read_endpoint_id(request);
    if (!id) co_return fail(id.error());
    Result<EndpointWish> wish = read_change(request, service_.settings());
    if (!wish) co_return fail(std::move(wish.error()));
    const Result<Endpoint> changed =
        co_await service_.change(request.tenant(), *id, *std::move(wish));
    if (!changed) co_return fail(changed.error());
    note(request, "webhook endpoint changed", *id);
    co_return net::json_response(200, endpoint_json(*changed));
  }

  Task<Result<Response>> remove(Request request) {
    const Result<Uuid> id = read_endpoint_id(request);
    if (!id) co_return fail(id.error());
    const Result<void> removed = co_await service_.remove(request.tenant(), *id);
    if (!removed) co_return fail(removed.error());
    note(request, "webhook endpoint deleted", *id);
    net::JsonWriter json;
    json.begin_object().member("id", id->to_string()).member("deleted", true).end_object();
    co_return net::json_response(200, json.take());
  }

  Task<Result<Response>> rotate(Request request) {
    const Result<Uuid> id = read_endpoint_id(request);
    if (!id) co_return fail(id.error());
    const Result<Rotation> wanted = read_rotation(request);
    if (!wanted) co_return fail(wanted.error());
    const Result<NewSecret> made =
        co_await service_.rotate(request.tenant(), *id, wanted->grace, wanted->kind);
    if (!made) co_return fail(made.error());
    note(request, "webhook secret rotated", *id);
    co_return net::json_response(200, new_secret_json(*made));
  }

  Task<Result<Response>> test(Request request) {
    const Result<Uuid> id = read_endpoint_id(request);
    if (!id) co_return fail(id.error());
    const Result<bool> with_answer = read_with_answer(request);
    if (!with_answer) co_return fail(with_answer.error());
    const Result<Attempt> attempt = co_await trials_.run(request.tenant(), *id, request.trace);
    if (!attempt) co_return fail(attempt.error());
    co_return net::json_response(200, attempt_json(*attempt, *with_answer));
  }

  Task<Result<Response>> public_keys(Request request) {
    const auto keys = co_await service_.public_keys(request.tenant());
    if (!keys) co_return fail(keys.error());
    net::JsonWriter json;
    json.begin_object().raw_member("data", public_keys_json(*keys)).end_object();
    co_return net::json_response(200, json.take());
  }

 private:
  EndpointService& service_;
  Trials& trials_;
};

}  // namespace

std::vector<net::Route> endpoint_routes(EndpointService& service, Trials& trials) {
  using enum net::Method;
  using net::Scope;
  const auto routes = std::make_shared<EndpointRoutes>(service, trials);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  const std::string one = "/webhook-endpoints/{endpoint_id}";
  return {{get, "/webhook-endpoints", Scope::webhooks_read, to(&EndpointRoutes::list)},
          {post, "/webhook-endpoints", Scope::webhooks_write, to(&EndpointRoutes::create)},
          {get, one, Scope::webhooks_read, to(&EndpointRoutes::get)},
          {patch, one, Scope::webhooks_write, to(&EndpointRoutes::change)},
          {delete_, one, Scope::webhooks_write, to(&EndpointRoutes::remove)},
          {post, one + "/rotate-secret", Scope::webhooks_write, to(&EndpointRoutes::rotate)},
          {post, one + "/test", Scope::webhooks_write, to(&EndpointRoutes::test)},
          {get, "/webhook-public-keys", Scope::webhooks_read, to(&EndpointRoutes::public_keys)}};
}

}  // namespace remit::webhooks
