#include "remit/app/operation_routes.hpp"

#include <memory>

#include "remit/storage/migrations.hpp"

namespace remit::app {
namespace {

using net::Request;
using net::Response;

Task<Result<Response>> health(Request /*request*/) {
  co_return net::json_response(200, R"({"status":"ok"})");
}

Result<void> has_connections(const storage::PostgresDatabase& database) {
  using storage::LaneKind;
  for (const LaneKind kind : {LaneKind::write, LaneKind::read}) {
    // One that is just being connected is waited for by the commands that need it.
    if (database.lanes(kind).statistics().all_down) {
      return fail(kUnavailable, "there is no connection to the database");
    }
  }
  return {};
}

class OperationRoutes {
 public:
  OperationRoutes(storage::PostgresDatabase& database, const Readiness& readiness)
      : database_(database), readiness_(readiness) {}

  Task<Result<Response>> ready(Request /*request*/) {
    if (readiness_.stopping) co_return fail(kUnavailable, "this instance is stopping");
    const Result<void> connected = has_connections(database_);
    if (!connected) co_return fail(connected.error());
    const Result<storage::SchemaReport> schema = co_await storage::schema_report(&database_);
    if (!schema) co_return fail(schema.error());
    if (schema->fit != storage::SchemaFit::fit) {
      co_return fail(again_later(kUnavailable, schema->reason));
    }
    co_return net::json_response(200, R"({"status":"ready"})");
  }

 private:
  storage::PostgresDatabase& database_;
  const Readiness& readiness_;
};

}  // namespace

std::vector<net::Route> operation_routes(storage::PostgresDatabase& database,
                                         const Readiness& readiness) {
  const auto routes = std::make_shared<OperationRoutes>(database, readiness);
  return {{net::Method::get, "/healthz", net::Scope::open, health},
          {net::Method::get, "/readyz", net::Scope::open,
           net::handler_of(routes, &OperationRoutes::ready)}};
}

}  // namespace remit::app
