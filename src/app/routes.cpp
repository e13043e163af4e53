#include "remit/app/routes.hpp"

#include <memory>
#include <string>

#include "remit/auth/key_routes.hpp"
#include "remit/books/book_routes.hpp"
#include "remit/books/receipt_routes.hpp"
#include "remit/metrics/metrics.hpp"
#include "remit/quotes/quote_routes.hpp"
#include "remit/reconciliation/finding_routes.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/wallets/wallet_routes.hpp"
#include "remit/webhooks/delivery_routes.hpp"
#include "remit/webhooks/endpoint_routes.hpp"

namespace remit::app {
namespace {

using net::Request;
using net::Response;

Task<Result<Response>> health(Request /*request*/) {
  co_return net::json_response(200, R"({"status":"ok"})");
}

Task<Result<Response>> describe(Request /*request*/) {
  co_return net::json_response(200, std::string(openapi_document()));
}

Result<void> has_connections(const storage::PostgresDatabase& database) {
  using storage::LaneKind;
  for (const LaneKind kind : {LaneKind::write, LaneKind::read}) {
    // One that is just being connected is waited for by the commands that need it.
    if (database.lanes(kind).statistics().all_down) {
      return fail(again_later(kUnavailable, "there is no connection to the database"));
    }
  }
  return {};
}

/// Ready: not stopping, neither kind of lanes has lost all connections, the database answers now,
/// and its schema is this program's.
class ReadyRoute {
 public:
  ReadyRoute(storage::PostgresDatabase& database, const Readiness& readiness)
      : database_(database), readiness_(readiness) {}

  Task<Result<Response>> answer(Request /*request*/) {
    if (readiness_.stopping) {
      co_return fail(again_later(kUnavailable, "this instance is stopping"));
    }
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

net::Router make_router(const RouteParts& parts, payments::PaymentRouteSettings payment_settings) {
  using enum net::Method;
  using net::Scope;
  const auto ready = std::make_shared<ReadyRoute>(parts.database, parts.readiness);
  net::Router router;
  router.add({{get, "/healthz", Scope::open, health},
              {get, "/readyz", Scope::open, net::handler_of(ready, &ReadyRoute::answer)},
              {get, "/openapi.json", Scope::open, describe}});
  if (parts.metrics) router.add(metrics::metrics_route(parts.metrics, Scope::admin));
  router.add(quotes::quote_routes(parts.quotes));
  router.add(payments::payment_routes(parts.payments, payment_settings));
  router.add(events::event_routes(parts.events));
  router.add(
      wallets::wallet_routes(parts.wallets, {.always_strict = payment_settings.always_strict}));
  router.add(wallets::statement_routes(parts.wallets));
  router.add(books::book_routes(parts.books));
  router.add(books::receipt_routes(parts.receipts, parts.receipt_settings));
  router.add(reconciliation::finding_routes(parts.findings));
  router.add(webhooks::endpoint_routes(parts.webhooks, parts.webhook_trials));
  router.add(webhooks::delivery_routes(parts.webhook_deliveries));
  if (parts.keys != nullptr) router.add(auth::key_routes(*parts.keys, parts.clock));
  return router;
}

}  // namespace remit::app
