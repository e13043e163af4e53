// GET /healthz and GET /readyz.
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

/// What the instance itself says to the question whether it is ready.
struct Readiness {
  bool stopping = false;  ///< and so not, however well it still works
};

/// All of it outlives every request.
struct OperationLanes {
  storage::Lanes& write;
  storage::Lanes& read;
  storage::Lanes& ready;  ///< for this question alone: it waits behind nobody
};

/// Ready: not stopping, neither kind of lanes has lost all connections, the database answers now,
/// and its schema is this program's. `readiness` outlives every request, too.
[[nodiscard]] std::vector<net::Route> operation_routes(const OperationLanes& lanes,
                                                       const Readiness& readiness);

}  // namespace remit::app
