// GET /healthz and GET /readyz.
#pragma once

#include "remit/net/router.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

/// All of it outlives every request.
struct OperationLanes {
  storage::Lanes& write;
  storage::Lanes& read;
  storage::Lanes& ready;  ///< for this question alone: it waits behind nobody
};

/// Ready: both kinds of lanes have connections, the database answers now, and its schema is this
/// program's.
void add_operation_routes(net::Router& router, const OperationLanes& lanes);

}  // namespace remit::app
