// GET /healthz and GET /readyz.
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/storage/postgres_database.hpp"

namespace remit::app {

/// The instance's own state of readiness.
struct Readiness {
  bool stopping = false;  ///< then it is not ready, even if it still works
};

/// Ready: not stopping, neither kind of lanes has lost all connections, the database answers now,
/// and its schema is this program's. Both outlive every request.
[[nodiscard]] std::vector<net::Route> operation_routes(storage::PostgresDatabase& database,
                                                       const Readiness& readiness);

}  // namespace remit::app
