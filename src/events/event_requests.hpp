// What clients ask for, as values: every parameter that is wrong is named. Pure; any thread.
#pragma once

#include "remit/events/event_service.hpp"
#include "remit/net/http.hpp"

namespace remit::events {

/// GET /events.
[[nodiscard]] Result<EventRequest> read_event_request(const net::Request& request);
/// GET /ws.
[[nodiscard]] Result<EventRequest> read_live_request(const net::Request& request);

}  // namespace remit::events
