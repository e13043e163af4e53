#include "remit/app/application.hpp"

#include <optional>
#include <utility>

#include "descriptors.hpp"
#include "hand_over.hpp"
#include "no_authentication.hpp"
#include "provider_log.hpp"
#include "remit/app/routes.hpp"
#include "remit/app/services.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/postgres_database.hpp"
#include "schema_watch.hpp"
#include "settings.hpp"
#include "shut_down.hpp"
#include "traffic_observer.hpp"

namespace remit::app {
namespace {

/// One line, one object; each uses only what stands above it.
struct Parts {
  Parts(const jobs::Context& context, UuidSource& ids, const config::Config& config,
        providers::ProviderSet configured)
      : database(context.executor, database_settings(config, [this] { schema_watch.doubt(); })),
        requests(database.lanes(storage::LaneKind::write)),
        providers(std::move(configured)),
        services({context, ids, database, providers, requests}, service_settings(config)),
        schema_watch(context, watch_parts()),
        traffic(requests),
        server(context.executor, server_settings(config),
               make_router({database, services.quotes(), services.payments(), readiness},
                           payment_route_settings(config)),
               {.authenticator = &authenticator, .observer = &traffic}) {}

  SchemaWatch::Parts watch_parts() {
    return {
        .look = [this] { return storage::schema_report(&database); },
        .on_change =
            [this](const storage::SchemaReport& report) { hand_over(report, services, database); }};
  }

  Readiness readiness;
  storage::PostgresDatabase database;
  storage::Lanes& requests;  ///< those that clients wait for
  providers::ProviderSet providers;
  Services services;
  SchemaWatch schema_watch;
  NoAuthentication authenticator;
  TrafficObserver traffic;
  net::Server server;
};

}  // namespace

class Application::Impl {
 public:
  Impl(boost::asio::io_context& loop, config::Config config)
      : config_(std::move(config)),
        alarms_(loop.get_executor()),
        context_{loop.get_executor(), alarms_, clock_} {}

  std::expected<void, std::string> start() {
    const auto connections_per_provider = fit_to_descriptors(config_);
    if (!connections_per_provider) return std::unexpected(connections_per_provider.error());
    auto providers = providers::make_providers(context_.executor, config_.providers, clock_,
                                               *connections_per_provider);
    if (!providers) return std::unexpected(providers.error());
    parts_.emplace(context_, ids_, config_, std::move(*providers));
    auto listening = parts_->server.start();
    if (listening) {
      log_changes(parts_->services.book());
      warn_of_missing(config_.providers);
      parts_->schema_watch.job().start();
      parts_->services.start();
    }
    return listening;
  }

  Task<bool> stop() {
    if (!parts_) co_return true;
    const Ending ending{.readiness = parts_->readiness,
                        .server = parts_->server,
                        .schema_watch = parts_->schema_watch,
                        .services = parts_->services,
                        .providers = parts_->providers,
                        .database = parts_->database};
    const ShutDownSettings settings{.ready_drain = config_.server.ready_drain,
                                    .drain_timeout = config_.server.drain_timeout};
    const bool is_clean = co_await shut_down(ending, context_, settings);
    co_return is_clean;
  }

  [[nodiscard]] std::uint16_t port() const { return parts_ ? parts_->server.port() : 0; }

 private:
  config::Config config_;
  SystemClock clock_;
  AsioAlarmFactory alarms_;
  RandomUuidSource ids_;
  jobs::Context context_;
  std::optional<Parts> parts_;
};

Application::Application(boost::asio::io_context& loop, config::Config config)
    : impl_(std::make_unique<Impl>(loop, std::move(config))) {}
Application::~Application() = default;

std::expected<void, std::string> Application::start() { return impl_->start(); }
Task<bool> Application::stop() { return impl_->stop(); }
std::uint16_t Application::port() const { return impl_->port(); }

}  // namespace remit::app
