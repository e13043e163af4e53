#include "shut_down.hpp"

namespace remit::app {
namespace {

/// What is left for closing connections after the requests and the engine have had their time.
constexpr std::chrono::seconds kCloseTimeout{2};

/// Everything goes on while clients are sent elsewhere.
Task<void> leave_rotation(Ending ending, jobs::Context context, Duration ready_drain) {
  ending.readiness.stopping = true;
  ending.server.retire_connections();
  const Duration end = context.clock.monotonic() + ready_drain;
  const std::unique_ptr<Alarm> alarm = context.alarms.make_alarm();
  for (Duration left = ready_drain; left > Duration::zero();
       left = left_until(context.clock, end)) {
    co_await alarm->wait(left);
  }
}

}  // namespace

/// The engine stops claiming at once; what arrives while requests are being finished waits in the
/// database for another instance. A request that waits for a database that does not respond has its
/// end when the lanes have theirs.
Task<bool> shut_down(Ending ending, jobs::Context context, Duration ready_drain,
                     Duration drain_timeout) {
  co_await leave_rotation(ending, context, ready_drain);
  const Clock& clock = context.clock;
  const Duration drained_by = clock.monotonic() + drain_timeout;
  const Duration closed_by = drained_by + kCloseTimeout;
  for (jobs::Job* watch : ending.watches) watch->stop();
  ending.services.stop();
  ending.webhooks.stop();
  jobs::TaskGroup draining(context, "drain");
  const auto drain_time = std::chrono::duration_cast<std::chrono::milliseconds>(drain_timeout);
  draining.spawn(ending.server.drain(drain_time));
  if (ending.metrics_server != nullptr) {
    draining.spawn(ending.metrics_server->drain(drain_time));
  }
  co_await ending.services.engine_ended(drain_timeout);
  co_await draining.wait(left_until(clock, drained_by + kCloseTimeout / 2));
  ending.services.close();
  ending.keys.stop();
  ending.providers.close();
  ending.webhooks.close();
  bool watches_ended = true;
  for (jobs::Job* watch : ending.watches) {
    const bool has_ended = co_await watch->ended(left_until(clock, closed_by));
    watches_ended = watches_ended && has_ended;
  }
  const bool services_ended = co_await ending.services.ended(left_until(clock, closed_by));
  const bool webhooks_ended = co_await ending.webhooks.ended(left_until(clock, closed_by));
  const bool keys_ended = co_await ending.keys.ended(left_until(clock, closed_by));
  const bool closed = co_await ending.database.close(&clock, closed_by);
  const bool drained = co_await draining.wait(kCloseTimeout / 2);
  const bool is_clean =
      watches_ended && services_ended && webhooks_ended && keys_ended && closed && drained;
  co_return is_clean;
}

}  // namespace remit::app
