#include "remit/app/operation_routes.hpp"

#include "remit/storage/migrations.hpp"

namespace remit::app {
namespace {

using net::Request;
using net::Response;

Task<Response> health(Request /*request*/) {
  co_return net::json_response(200, R"({"status":"ok"})");
}

Task<Response> readiness(Request request, storage::Lanes* write_lanes, storage::Lanes* read_lanes) {
  Result<void> ready = co_await write_lanes->ping();
  if (ready) {
    Result<storage::SchemaReport> schema = co_await storage::schema_report(read_lanes);
    if (!schema) {
      ready = std::unexpected(std::move(schema.error()));
    } else if (schema->fit != storage::SchemaFit::fit) {
      Problem unready(kUnavailable, schema->reason);
      unready.retry_after = std::chrono::seconds(1);
      ready = fail(std::move(unready));
    }
  }
  co_return ready ? net::json_response(200, R"({"status":"ready"})")
                  : net::problem_response(ready.error(), request.trace.request_id);
}

}  // namespace

void add_operation_routes(net::Router& router, storage::Lanes& write_lanes,
                          storage::Lanes& read_lanes) {
  router.add(net::Method::get, "/healthz",
             [](Request request) { return health(std::move(request)); });
  router.add(net::Method::get, "/readyz", [&write_lanes, &read_lanes](Request request) {
    return readiness(std::move(request), &write_lanes, &read_lanes);
  });
}

}  // namespace remit::app
