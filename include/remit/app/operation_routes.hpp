// GET /healthz and GET /readyz.
#pragma once

#include "remit/net/router.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

/// Ready: both kinds of lanes reach the database and its schema is this program's. The lanes
/// outlive every request.
void add_operation_routes(net::Router& router, storage::Lanes& write_lanes,
                          storage::Lanes& read_lanes);

}  // namespace remit::app
