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

Result<void> has_connections(const OperationLanes& lanes) {
  for (const storage::Lanes* one : {&lanes.write, &lanes.read}) {
    // One that is just being made is waited for by whoever needs it.
    if (one->statistics().all_down) {
      return fail(kUnavailable, "there is no connection to the database");
    }
  }
  return {};
}

class OperationRoutes {
 public:
  OperationRoutes(const OperationLanes& lanes, const Readiness& readiness)
      : lanes_(lanes), readiness_(readiness) {}

  Task<Result<Response>> ready(Request /*request*/) {
    if (readiness_.stopping) co_return fail(kUnavailable, "this instance is stopping");
    const Result<void> connected = has_connections(lanes_);
    if (!connected) co_return fail(connected.error());
    const Result<storage::SchemaReport> schema = co_await storage::schema_report(&lanes_.ready);
    if (!schema) co_return fail(schema.error());
    if (schema->fit != storage::SchemaFit::fit) {
      Problem unready(kUnavailable, schema->reason);
      unready.retry_after = std::chrono::seconds(1);
      co_return fail(std::move(unready));
    }
    co_return net::json_response(200, R"({"status":"ready"})");
  }

 private:
  OperationLanes lanes_;
  const Readiness& readiness_;
};

}  // namespace

std::vector<net::Route> operation_routes(const OperationLanes& lanes, const Readiness& readiness) {
  const auto routes = std::make_shared<OperationRoutes>(lanes, readiness);
  return {{net::Method::get, "/healthz", net::Scope::open, health},
          {net::Method::get, "/readyz", net::Scope::open,
           net::handler_of(routes, &OperationRoutes::ready)}};
}

}  // namespace remit::app
