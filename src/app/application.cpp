#include "remit/app/application.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "descriptors.hpp"
#include "no_authentication.hpp"
#include "provider_watch.hpp"
#include "remit/app/routes.hpp"
#include "remit/engine/runner.hpp"
#include "remit/engine/total_merger.hpp"
#include "remit/jobs/job.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/routing/health_monitor.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/telemetry/log.hpp"
#include "schema_watch.hpp"
#include "settings.hpp"
#include "traffic_observer.hpp"

namespace remit::app {
namespace {

/// What is left for closing connections after the requests and the engine have had their time.
constexpr std::chrono::seconds kCloseTimeout{2};

}  // namespace

class Application::Impl {
 public:
  Impl(boost::asio::io_context& loop, config::Config config)
      : executor_(loop.get_executor()), config_(std::move(config)), alarms_(executor_) {}

  std::expected<void, std::string> start() {
    const auto connections_per_provider = fit_to_descriptors(config_);
    if (!connections_per_provider) {
      return std::unexpected(connections_per_provider.error());
    }
    auto providers =
        providers::make_providers(executor_, config_.providers, clock_, *connections_per_provider);
    if (!providers) {
      return std::unexpected(providers.error());
    }
    parts_.emplace(executor_, config_, clock_, alarms_, ids_, std::move(*providers));
    return parts_->start();
  }

  Task<bool> stop() {
    if (!parts_) {
      co_return true;
    }
    const bool ended = co_await parts_->stop();
    co_return ended;
  }

  [[nodiscard]] std::uint16_t port() const { return parts_ ? parts_->server.port() : 0; }

 private:
  /// One line, one object; each uses only what stands above it.
  struct Parts {
    Parts(const Executor& executor, const config::Config& config_in, const Clock& clock_in,
          AlarmFactory& alarms_in, UuidSource& ids, providers::ProviderSet providers_in)
        : config(config_in),
          clock(clock_in),
          alarms(alarms_in),
          database(executor, database_settings(config, [this] { schema_watch.doubt(); })),
          schema_watch(jobs_context(executor), schema_watch_parts()),
          providers(std::move(providers_in)),
          book(config.providers, config.charge.concurrency, config.engine.concurrency, clock),
          health_monitor(make_monitor(executor, ids)),
          total_merger(jobs_context(executor), {.database = database, .ids = ids}),
          charges(runner_parts(executor, ids),
                  runner_settings(payments::charge_plan(), config.charge.concurrency)),
          conversions(runner_parts(executor, ids),
                      runner_settings(payments::conversion_plan(), config.engine.concurrency)),
          rates(executor, providers.rate_sources(), {.max_age = config.rates.max_age}, clock,
                alarms),
          quotes({book, rates, database, ids, clock}, {config.quotes, config.engine.poll_interval}),
          payments(
              {database, quotes, ids, clock, charges, conversions, book, engine_policy(config)}),
          stopping(jobs_context(executor), "stop"),
          traffic(database.lanes(storage::LaneKind::write)),
          server(
              executor, server_settings(config),
              make_router({database, quotes, payments, readiness}, payment_route_settings(config)),
              {.authenticator = &authenticator, .observer = &traffic}) {}

    std::expected<void, std::string> start() {
      auto listening = server.start();
      if (listening) {
        log_changes(book);
        warn_of_missing(config.providers);
        schema_watch.job().start();
        health_monitor->start();
        total_merger.job().start();
        charges.start();
        conversions.start();
      }
      return listening;
    }

    /// The engine stops claiming at once; what arrives while requests are being finished waits in
    /// the database for another instance. A request that waits for a database that stands still
    /// has its end when the lanes have theirs.
    Task<bool> stop() {
      co_await leave_rotation();
      const Duration timeout = config.server.drain_timeout;
      const Duration closing = clock.monotonic() + timeout + kCloseTimeout;
      schema_watch.job().stop();
      health_monitor->job().stop();
      total_merger.job().stop();
      stopping.spawn(charges.stop(timeout));
      stopping.spawn(conversions.stop(timeout));
      stopping.spawn(server.drain(std::chrono::duration_cast<std::chrono::milliseconds>(timeout)));
      const bool stopped = co_await stopping.wait(timeout + kCloseTimeout / 2);
      rates.close();
      providers.close();
      bool ended = true;
      for (jobs::Job* job : {&schema_watch.job(), &health_monitor->job(), &total_merger.job()}) {
        const bool has_ended = co_await job->ended(left_until(clock, closing));
        ended = ended && has_ended;
      }
      const bool closed = co_await database.close(&clock, closing);
      const bool drained = co_await stopping.wait(kCloseTimeout / 2);
      const bool idle = charges.active() + conversions.active() == 0;
      const bool clean = stopped && ended && closed && drained && idle;
      co_return clean;
    }

    /// Everything goes on while whoever asks `/readyz` sends the clients elsewhere.
    Task<void> leave_rotation() {
      readiness.stopping = true;
      server.retire_connections();
      const Duration end = clock.monotonic() + config.server.ready_drain;
      const std::unique_ptr<Alarm> alarm = alarms.make_alarm();
      for (Duration left = config.server.ready_drain; left > Duration::zero();
           left = end - clock.monotonic()) {
        co_await alarm->wait(left);
      }
    }

    const config::Config& config;
    const Clock& clock;
    AlarmFactory& alarms;
    Readiness readiness;
    storage::PostgresDatabase database;
    SchemaWatch schema_watch;
    providers::ProviderSet providers;
    routing::ProviderBook book;
    std::shared_ptr<routing::HealthMonitor> health_monitor;
    engine::TotalMerger total_merger;
    engine::Runner charges;
    engine::Runner conversions;
    quotes::RateBook rates;
    quotes::QuoteService quotes;
    payments::PaymentService payments;
    jobs::TaskGroup stopping;
    NoAuthentication authenticator;
    TrafficObserver traffic;
    net::Server server;

   private:
    [[nodiscard]] jobs::Context jobs_context(const Executor& executor) const {
      return {executor, alarms, clock};
    }

    SchemaWatch::Parts schema_watch_parts() {
      return {.look = [this] { return storage::schema_report(&database); },
              .on_change = [this](const storage::SchemaReport& report) { hand_over(report); }};
    }

    /// A newer instance has migrated the database. It carries on whatever there is to do, and what
    /// it wrote may be nothing that this program can read. Requests are another matter: see
    /// docs/decisions/0013-an-older-instance-hands-its-work-over.md.
    void hand_over(const storage::SchemaReport& report) {
      const bool serves = report.fit == storage::SchemaFit::superseded;
      telemetry::log(telemetry::Level::error, "this instance leaves its work to newer ones",
                     {{"reason", report.reason}, {"serves_requests", serves}});
      health_monitor->job().stop();
      total_merger.job().stop();
      stopping.spawn(charges.stop(Duration::zero()));
      stopping.spawn(conversions.stop(Duration::zero()));
      if (serves) return;
      database.refuse(again_later(kUnavailable, report.reason));
    }

    std::shared_ptr<routing::HealthMonitor> make_monitor(const Executor& executor,
                                                         UuidSource& ids) {
      return std::make_shared<routing::HealthMonitor>(
          jobs_context(executor), config.providers,
          routing::HealthMonitor::Parts{.book = book,
                                        .database = database,
                                        .health_probe =
                                            [this](config::ProviderKind kind, std::string name) {
                                              return probe_health(&providers, &clock, kind,
                                                                  std::move(name));
                                            },
                                        .fee_probe =
                                            [this](config::ProviderKind kind, std::string name) {
                                              return providers.fees(kind, std::move(name));
                                            },
                                        .instance_id = ids.next()});
    }

    engine::Runner::Parts runner_parts(const Executor& executor, UuidSource& ids) {
      return {.database = database,
              .book = book,
              .find_provider = [this](config::ProviderKind kind,
                                      std::string_view name) { return providers.leg(kind, name); },
              .alarms = alarms,
              .ids = ids,
              .clock = clock,
              .load = database.lanes(storage::LaneKind::write),
              .executor = executor};
    }

    [[nodiscard]] engine::Runner::Settings runner_settings(const engine::SagaPlan& plan,
                                                           std::int64_t concurrency) const {
      return {.plan = &plan,
              .policy = engine_policy(config),
              .lease = config.engine.lease,
              .concurrency = concurrency};
    }
  };

  Executor executor_;
  config::Config config_;
  SystemClock clock_;
  AsioAlarmFactory alarms_;
  RandomUuidSource ids_;
  std::optional<Parts> parts_;
};

Application::Application(boost::asio::io_context& loop, config::Config config)
    : impl_(std::make_unique<Impl>(loop, std::move(config))) {}
Application::~Application() = default;

std::expected<void, std::string> Application::start() { return impl_->start(); }
Task<bool> Application::stop() { return impl_->stop(); }
std::uint16_t Application::port() const { return impl_->port(); }

}  // namespace remit::app
