// The routes under /reconciliation (docs/operations.md, "Reconciliation").
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/reconciliation/finding_service.hpp"

namespace remit::reconciliation {

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> finding_routes(FindingService& service);

}  // namespace remit::reconciliation
