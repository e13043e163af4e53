// GET /events and the WebSocket GET /ws: docs/events.md.
#pragma once

#include <vector>

#include "remit/events/event_service.hpp"
#include "remit/events/live_events.hpp"
#include "remit/net/router.hpp"

namespace remit::events {

/// What the routes use; all of it outlives them.
struct EventRouteParts {
  EventService& service;
  LiveEvents& live;
  net::WebSocketAcceptor acceptor;
};

[[nodiscard]] std::vector<net::Route> event_routes(EventRouteParts parts);

}  // namespace remit::events
