#include "remit/app/services.hpp"

#include <utility>

#include "remit/payments/payment_machine.hpp"

namespace remit::app {
namespace {

std::vector<engine::Engine::Kind> kinds_of(const ServiceSettings& settings) {
  return {{payments::charge_plan(), settings.charge_concurrency},
          {payments::conversion_plan(), settings.conversion_concurrency}};
}

routing::HealthMonitor::Parts monitor_parts(const Ports& ports, routing::ProviderBook& book) {
  providers::Directory* const providers = &ports.providers;
  return {
      .book = book,
      .database = ports.database,
      .health_probe = [providers](
                          ProviderKind kind,
                          std::string name) { return providers->health(kind, std::move(name)); },
      .fee_probe = [providers](ProviderKind kind,
                               std::string name) { return providers->fees(kind, std::move(name)); },
      .instance_id = ports.ids.next()};
}

engine::Runner::Parts runner_parts(const Ports& ports, routing::ProviderBook& book) {
  const providers::Directory* const providers = &ports.providers;
  return {
      .database = ports.database,
      .book = book,
      .find_provider = [providers](ProviderKind kind,
                                   std::string_view name) { return providers->leg(kind, name); },
      .alarms = ports.context.alarms,
      .ids = ports.ids,
      .clock = ports.context.clock,
      .load = ports.load,
      .executor = ports.context.executor};
}

}  // namespace

Services::Services(const Ports& ports, const ServiceSettings& settings)
    : clock_(ports.context.clock),
      book_(settings.providers, settings.charge_concurrency, settings.conversion_concurrency,
            clock_),
      health_monitor_(std::make_shared<routing::HealthMonitor>(ports.context, settings.providers,
                                                               monitor_parts(ports, book_))),
      total_merger_(ports.context, {.database = ports.database, .ids = ports.ids}),
      sequencer_(ports.context, {ports.database, ports.ids, clock_}, settings.sequencer),
      feed_(ports.context,
            {.database = ports.database, .is_told = [this] { return sequencer_.has_turn(); }}),
      events_(ports.database, feed_, clock_),
      live_events_(ports.context, events_, feed_),
      engine_(runner_parts(ports, book_), settings.engine, kinds_of(settings), ports.tenant_bounds),
      rates_(ports.context.executor, ports.providers.rate_sources(), settings.rates, clock_,
             ports.context.alarms),
      quotes_({book_, rates_, ports.database, ports.ids, clock_},
              {settings.quotes, settings.engine.policy.poll_interval}),
      payments_({ports.database, quotes_, ports.ids, clock_,
                 engine_.admission(payments::charge_plan()),
                 engine_.admission(payments::conversion_plan()), book_, settings.engine.policy}),
      settler_(ports.context, {ports.database, clock_}, settings.settler),
      wallets_(ports.database, ports.ids, ports.context, settler_) {
  sequencer_.on_numbered([this](const std::map<TenantId, std::int64_t>& last) {
    feed_.on_numbered(last);
    if (on_numbered_) on_numbered_();
  });
}

std::vector<jobs::Job*> Services::jobs() {
  return {&health_monitor_->job(), &total_merger_.job(), &sequencer_.job(), &feed_.job(),
          &live_events_.job(),     &settler_.job()};
}

void Services::start() {
  health_monitor_->start();
  total_merger_.job().start();
  sequencer_.job().start();
  feed_.job().start();
  live_events_.job().start();
  settler_.job().start();
  engine_.start();
}

void Services::stop() {
  for (jobs::Job* job : jobs()) job->stop();
  engine_.stop();
}

Task<bool> Services::ended(Duration timeout) {
  const Duration deadline = clock_.monotonic() + timeout;
  bool have_ended = co_await engine_.ended(timeout);
  for (jobs::Job* job : jobs()) {
    const Duration left = left_until(clock_, deadline);
    const bool has_ended = co_await job->ended(left);
    have_ended = have_ended && has_ended;
  }
  co_await sequencer_.leave();
  co_return have_ended;
}

}  // namespace remit::app
