// GET /events and the WebSocket GET /ws: docs/events.md.
#pragma once

#include <vector>

#include "remit/events/event_service.hpp"
#include "remit/net/router.hpp"

namespace remit::events {

/// The service outlives the routes.
[[nodiscard]] std::vector<net::Route> event_routes(EventService& service);

}  // namespace remit::events
