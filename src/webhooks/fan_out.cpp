#include "remit/webhooks/fan_out.hpp"

#include <utility>

#include "remit/base/jitter.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::webhooks {
namespace {

constexpr Duration kAfterFailure = std::chrono::seconds(1);

void log_failure(const Problem& problem) {
  telemetry::log(telemetry::Level::warn, "events wait to be given to webhook endpoints",
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

FanOut::FanOut(const jobs::Context& context, Parts parts, FanOutSettings settings)
    : parts_(std::move(parts)),
      settings_(settings),
      owner_(parts_.ids.next()),
      job_(context, "webhook fan-out", [this] { return turn(); }) {}

Task<jobs::Rest> FanOut::turn() {
  const LookForNews::Input look{.owner = owner_, .renew_before = settings_.lease / 2};
  const auto seen = co_await parts_.database.run<LookForNews>(look);
  if (!seen) {
    log_failure(seen.error());
    co_return kAfterFailure;
  }
  if (seen->is_anothers) {
    has_turn_ = false;
    co_return with_jitter(settings_.standby_pause, parts_.ids.next());
  }
  if (!seen->has_news && !seen->is_ending && has_turn_) co_return settings_.idle_pause;
  const jobs::Rest rest = co_await give();
  co_return rest;
}

Task<jobs::Rest> FanOut::give() {
  const FanOutEvents::Input input{.owner = owner_,
                                  .lease = settings_.lease,
                                  .after = after_,
                                  .tenants = settings_.tenants,
                                  .events = settings_.events,
                                  .deliveries = settings_.deliveries};
  const auto given = co_await parts_.database.run<FanOutEvents>(input);
  if (!given) {
    log_failure(given.error());
    co_return kAfterFailure;
  }
  has_turn_ = given->is_ours;
  after_ = given->last_tenant;
  if (!has_turn_) co_return settings_.standby_pause;
  begun_ += given->deliveries;
  if (given->deliveries > 0 && parts_.on_given) parts_.on_given();
  if (given->has_more) co_return Duration{0};
  co_return given->events > 0 ? settings_.busy_pause : settings_.idle_pause;
}

Task<void> FanOut::leave() {
  if (!std::exchange(has_turn_, false)) co_return;
  const LeaveFanOut::Input input{.owner = owner_};
  const Result<void> left = co_await parts_.database.run<LeaveFanOut>(input);
  if (!left) log_failure(left.error());
}

}  // namespace remit::webhooks
