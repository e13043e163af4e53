#include "webhooks.hpp"

#include "settings.hpp"

namespace remit::app {

Webhooks::Webhooks(const jobs::Context& context, storage::Database& database, UuidSource& ids,
                   const config::Config& config)
    : clock_(context.clock),
      endpoints_(database, ids, webhook_keys(config), endpoint_settings(config)),
      sender_(context.executor, clock_, sender_settings(config)),
      trials_(endpoints_, sender_, ids, clock_),
      courier_(context, {database, endpoints_, sender_, ids}, courier_settings(config)),
      deliveries_(database, [this] { courier_.job().wake(); }),
      fan_out_(context, {database, ids, [this] { courier_.job().wake(); }}),
      upkeep_(context, {database, endpoints_, [this] { return fan_out_.has_turn(); }},
              {.keep = config.events.keep}) {}

std::vector<jobs::Job*> Webhooks::jobs() {
  return {&fan_out_.job(), &courier_.job(), &upkeep_.job()};
}

void Webhooks::start() {
  for (jobs::Job* const job : jobs()) job->start();
}

void Webhooks::stop() {
  for (jobs::Job* const job : jobs()) job->stop();
  courier_.stop();
}

Task<bool> Webhooks::ended(Duration timeout) {
  const Duration deadline = clock_.monotonic() + timeout;
  bool have_ended = true;
  for (jobs::Job* const job : jobs()) {
    const bool has_ended = co_await job->ended(left_until(clock_, deadline));
    have_ended = have_ended && has_ended;
  }
  co_await fan_out_.leave();
  co_return have_ended;
}

}  // namespace remit::app
