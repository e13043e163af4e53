#include "remit/events/event_routes.hpp"

#include <memory>

#include "event_requests.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::events {
namespace {

using net::Request;
using net::Response;

/// A page ends with the event that makes it longer than this many bytes.
constexpr std::size_t kFullPage = 1'048'576;

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

class EventRoutes {
 public:
  explicit EventRoutes(EventService& service) : service_(service) {}

  Task<Result<Response>> list(Request request) {
    Result<EventRequest> wanted = read_event_request(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    request = Request();  // it may wait for long
    Result<EventPage> page = co_await service_.list(std::move(*wanted));
    if (!page) co_return fail(page.error());
    co_return net::json_response(200, page_json(std::move(*page)));
  }

 private:
  EventService& service_;
};

}  // namespace

std::vector<net::Route> event_routes(EventService& service) {
  const auto routes = std::make_shared<EventRoutes>(service);
  return {{net::Method::get, "/events", net::Scope::events_read,
           net::handler_of(routes, &EventRoutes::list)}};
}

}  // namespace remit::events
