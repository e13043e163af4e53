#include "remit/app/application.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access.hpp"
#include "bookkeeping.hpp"
#include "bound_watch.hpp"
#include "circuit_teller.hpp"
#include "descriptors.hpp"
#include "provider_log.hpp"
#include "remit/app/routes.hpp"
#include "remit/app/services.hpp"
#include "remit/metrics/metrics.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/telemetry/log.hpp"
#include "schema_watch.hpp"
#include "settings.hpp"
#include "shut_down.hpp"
#include "traffic_observer.hpp"
#include "webhooks.hpp"

namespace remit::app {
namespace {

/// A newer instance has migrated the database: movements and upkeep are its from now on, since what
/// it wrote may be nothing that this program can read. Requests are still served, unless the schema
/// is nothing for this program. See
/// docs/decisions/0013-an-older-instance-hands-its-work-over.md.
void hand_over(const storage::SchemaReport& report, Services& services, Webhooks& webhooks,
               Bookkeeping& bookkeeping, storage::PostgresDatabase& database,
               Readiness& readiness) {
  const bool serves = report.fit == storage::SchemaFit::superseded;
  telemetry::log(telemetry::Level::error, "work handed over to newer instances",
                 {{"reason", report.reason}, {"serves_requests", serves}});
  readiness.handed_over = true;
  services.stop();
  webhooks.stop();
  bookkeeping.stop();
  if (!serves) database.refuse(again_later(kUnavailable, report.reason));
}

std::vector<std::string> kinds_of(const engine::Engine& engine) {
  std::vector<std::string> kinds;
  for (const engine::RunnerStatistics& runner : engine.statistics()) {
    kinds.emplace_back(runner.kind);
  }
  return kinds;
}

}  // namespace

/// One line, one object; each uses only what stands above it.
struct Application::Parts {
  Parts(const jobs::Context& context, UuidSource& ids, const config::Config& config,
        providers::ProviderSet configured)
      : clock(context.clock),
        metrics(REMIT_VERSION),
        database(context.executor, database_settings(config, [this] { schema_watch.doubt(); })),
        requests(database.lanes(storage::LaneKind::write)),
        providers(std::move(configured)),
        counted_providers(metrics.observe_calls(providers, config.providers)),
        bound_watch(context, database, config.limits.instances),
        services({context, ids, database, *counted_providers, requests, &bound_watch},
                 service_settings(config)),
        schema_watch(context, watch_parts()),
        access(context, database, ids, config),
        bookkeeping(context, database, ids, config),
        webhooks(context, database, ids, config),
        circuit_teller(context, database, ids),
        backlog_watch(context, database, kinds_of(services.engine())),
        router(make_routes(context, config)),
        traffic(requests, metrics.observe_requests(router.routes())),
        server(context.executor, server_settings(config), std::move(router),
               {.authenticator = &access.authenticator(),
                .limiter = &access.limiter(),
                .observer = &traffic}) {
    services.live_events().check_with(access.authenticator());
    services.on_numbered([this] { webhooks.on_numbered(); });
    if (!config.server.metrics_listen.empty()) serve_metrics_alone(context, config);
    metrics.read_from({.database = database,
                       .engine = services.engine(),
                       .sequencer = services.sequencer(),
                       .feed = services.feed(),
                       .settler = services.settler(),
                       .webhook_fan_out = webhooks.fan_out(),
                       .webhook_courier = webhooks.courier(),
                       .backlog = backlog_watch,
                       .book = services.book(),
                       .connections = providers,
                       .payments = services.payments(),
                       .server = server,
                       .max_connections = static_cast<std::size_t>(config.server.max_connections),
                       .is_handed_over = [this] { return readiness.handed_over; },
                       .findings =
                           [this] {
                             const auto& reconciler = bookkeeping.reconciler();
                             return metrics::FindingCounts{.found = reconciler.found(),
                                                           .open = reconciler.open(),
                                                           .rounds = reconciler.rounds()};
                           }});
  }

  std::vector<jobs::Job*> watches() {
    std::vector<jobs::Job*> all = bookkeeping.jobs();
    all.insert(all.end(), {&schema_watch.job(), &backlog_watch.job(), &bound_watch.job(),
                           &circuit_teller.job()});
    return all;
  }

  SchemaWatch::Parts watch_parts() {
    return {.look = [this] { return storage::schema_report(&database); },
            .on_change =
                [this](const storage::SchemaReport& report) {
                  hand_over(report, services, webhooks, bookkeeping, database, readiness);
                }};
  }

  net::Router make_routes(const jobs::Context& context, const config::Config& config) {
    RouteParts parts{.database = database,
                     .quotes = services.quotes(),
                     .payments = services.payments(),
                     .events = {.service = services.events(),
                                .live = services.live_events(),
                                .acceptor = net::WebSocketAcceptor(web_socket_settings(config),
                                                                   clock, context.alarms)},
                     .wallets = services.wallets(),
                     .books = bookkeeping.books(),
                     .receipts = bookkeeping.receipts(),
                     .receipt_settings = {config.ledger.checkpoint_interval},
                     .findings = bookkeeping.findings(),
                     .webhooks = webhooks.endpoints(),
                     .webhook_trials = webhooks.trials(),
                     .webhook_deliveries = webhooks.deliveries(),
                     .keys = access.keys(),
                     .clock = clock,
                     .readiness = readiness,
                     .metrics = {}};
    if (config.server.metrics_listen.empty()) {
      parts.metrics = [this] { return metrics.exposition(); };
    }
    return make_router(parts, payment_route_settings(config));
  }

  void serve_metrics_alone(const jobs::Context& context, const config::Config& config) {
    net::Router alone;
    alone.add(metrics::metrics_route([this] { return metrics.exposition(); }, net::Scope::open));
    metrics_server.emplace(context.executor, metrics_server_settings(config), std::move(alone));
  }

  const Clock& clock;
  Readiness readiness;
  metrics::Metrics metrics;
  storage::PostgresDatabase database;
  storage::Lanes& requests;  ///< those that clients wait for
  providers::ProviderSet providers;
  std::unique_ptr<providers::Directory> counted_providers;
  BoundWatch bound_watch;
  Services services;
  SchemaWatch schema_watch;
  Access access;
  Bookkeeping bookkeeping;
  Webhooks webhooks;
  CircuitTeller circuit_teller;
  metrics::BacklogWatch backlog_watch;
  net::Router router;  ///< until the server has it
  TrafficObserver traffic;
  net::Server server;
  std::optional<net::Server> metrics_server;
};

Application::Application(boost::asio::io_context& loop, config::Config config)
    : config_(std::move(config)),
      alarms_(loop.get_executor()),
      context_{loop.get_executor(), alarms_, clock_} {}

Application::~Application() = default;

std::expected<void, std::string> Application::start() {
  const auto connections_per_provider = fit_to_descriptors(config_);
  if (!connections_per_provider) return std::unexpected(connections_per_provider.error());
  auto providers = providers::make_providers(context_.executor, config_.providers, clock_,
                                             *connections_per_provider);
  if (!providers) return std::unexpected(providers.error());
  parts_ = std::make_unique<Parts>(context_, ids_, config_, std::move(*providers));
  auto listening = parts_->server.start();
  if (listening && parts_->metrics_server) listening = parts_->metrics_server->start();
  if (listening) {
    log_changes(parts_->services.book(), parts_->circuit_teller);
    warn_of_missing(config_.providers);
    for (jobs::Job* watch : parts_->watches()) watch->start();
    parts_->access.start();
    parts_->services.start();
    parts_->webhooks.start();
  }
  return listening;
}

Task<bool> Application::stop() {
  if (!parts_) co_return true;
  const Ending ending{.readiness = parts_->readiness,
                      .server = parts_->server,
                      .metrics_server = parts_->metrics_server ? &*parts_->metrics_server : nullptr,
                      .watches = parts_->watches(),
                      .services = parts_->services,
                      .keys = parts_->access.job(),
                      .providers = parts_->providers,
                      .webhooks = parts_->webhooks,
                      .database = parts_->database};
  const config::ServerConfig& server = config_.server;
  const bool is_clean =
      co_await shut_down(ending, context_, server.ready_drain, server.drain_timeout);
  co_return is_clean;
}

std::uint16_t Application::port() const { return parts_ ? parts_->server.port() : 0; }

std::uint16_t Application::metrics_port() const {
  return parts_ && parts_->metrics_server ? parts_->metrics_server->port() : 0;
}

}  // namespace remit::app
