// The routes under /webhook-endpoints, and GET /webhook-public-keys (docs/webhooks.md).
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/trials.hpp"

namespace remit::webhooks {

/// Both outlive every request.
[[nodiscard]] std::vector<net::Route> endpoint_routes(EndpointService& service, Trials& trials);

}  // namespace remit::webhooks
