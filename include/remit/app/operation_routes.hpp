// GET /healthz and GET /readyz.
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/storage/postgres_database.hpp"

namespace remit::app {

/// What the instance itself says to the question whether it is ready.
struct Readiness {
  bool stopping = false;  ///< and so not, however well it still works
};

/// Ready: not stopping, neither kind of lanes has lost all connections, the database answers now,
/// and its schema is this program's. Both outlive every request.
[[nodiscard]] std::vector<net::Route> operation_routes(storage::PostgresDatabase& database,
                                                       const Readiness& readiness);

}  // namespace remit::app
