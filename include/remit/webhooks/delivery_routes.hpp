// The routes of deliveries: lists, single ones, redeliver and replay (docs/webhooks.md).
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/webhooks/delivery_service.hpp"

namespace remit::webhooks {

/// The service outlives every request.
[[nodiscard]] std::vector<net::Route> delivery_routes(DeliveryService& service);

}  // namespace remit::webhooks
