#include "remit/app/operation_routes.hpp"

#include "remit/storage/migrations.hpp"

namespace remit::app {
namespace {

using net::Request;
using net::Response;

Task<Response> health(Request /*request*/) {
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

Task<Response> answer_ready(Request request, OperationLanes lanes, const Readiness* readiness) {
  if (readiness->stopping) {
    co_return net::problem_response(Problem(kUnavailable, "this instance is stopping"),
                                    request.trace.request_id);
  }
  Result<void> ready = has_connections(lanes);
  if (ready) {
    Result<storage::SchemaReport> schema = co_await storage::schema_report(&lanes.ready);
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

void add_operation_routes(net::Router& router, const OperationLanes& lanes,
                          const Readiness& readiness) {
  router.add(net::Method::get, "/healthz",
             [](Request request) { return health(std::move(request)); });
  router.add(net::Method::get, "/readyz", [lanes, &readiness](Request request) {
    return answer_ready(std::move(request), lanes, &readiness);
  });
}

}  // namespace remit::app
