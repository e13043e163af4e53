#include "remit/events/event_routes.hpp"

#include <memory>
#include <utility>

#include "event_requests.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::events {
namespace {

using net::Request;
using net::Response;

/// A page ends with the event that makes it longer than this many bytes.
constexpr std::size_t kFullPage = 1'048'576;
constexpr int kSwitchingProtocols = 101;

std::string page_json(EventPage page) {
  net::JsonWriter json;
  json.begin_object().name("data").begin_array();
  for (const outbox::Event& event : page.events) {
    json.raw(outbox::event_json(event));
    if (json.size() < kFullPage || event.sequence == page.events.back().sequence) continue;
    page.seen = event.sequence;
    page.has_more = true;
    break;
  }
  json.end_array().member("last_sequence", page.seen);
  json.member_or_null("next_cursor", page.has_more ? std::to_string(page.seen) : "");
  json.end_object();
  return json.take();
}

Credentials credentials_of(const Request& request) {
  Credentials shown{.headers = {}, .caller = request.caller.value()};
  const std::string_view name = "Authorization";
  if (const auto value = request.headers.find(name)) {
    shown.headers.add(std::string(name), std::string(*value));
  }
  return shown;
}

class EventRoutes {
 public:
  explicit EventRoutes(EventRouteParts parts) : parts_(std::move(parts)) {}

  Task<Result<Response>> list(Request request) {
    Result<EventRequest> wanted = read_event_request(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    request = Request();  // it may wait for long
    Result<EventPage> page = co_await parts_.service.list(std::move(*wanted));
    if (!page) co_return fail(page.error());
    co_return net::json_response(200, page_json(std::move(*page)));
  }

  /// A number that is gone is refused while there is an answer to be given.
  Task<Result<Response>> follow(Request request) {
    Result<EventRequest> wanted = read_live_request(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    Response response =
        parts_.acceptor.accept(request, [this, wanted = *wanted, shown = credentials_of(request)](
                                            std::shared_ptr<net::WebSocket> socket) {
          return parts_.live.send(std::move(socket), wanted, shown);
        });
    if (response.status == kSwitchingProtocols && wanted->after) {
      const auto first = co_await parts_.service.read(wanted->tenant, wanted->after, 1);
      if (!first) co_return fail(first.error());
    }
    co_return response;
  }

 private:
  EventRouteParts parts_;
};

}  // namespace

std::vector<net::Route> event_routes(EventRouteParts parts) {
  const auto routes = std::make_shared<EventRoutes>(std::move(parts));
  return {{net::Method::get, "/events", net::Scope::events_read,
           net::handler_of(routes, &EventRoutes::list)},
          {net::Method::get, "/ws", net::Scope::events_read,
           net::handler_of(routes, &EventRoutes::follow)}};
}

}  // namespace remit::events
