#include "remit/routing/health_monitor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::routing {
namespace {

using telemetry::Level;

void log_problem(std::string_view event, const Problem& problem) {
  telemetry::log(Level::warn, event, {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

HealthMonitor::HealthMonitor(const std::vector<config::ProviderConfig>& providers, Parts parts,
                             HealthMonitorSettings settings)
    : parts_(std::move(parts)), settings_(settings), alarm_(parts_.alarms.make_alarm()) {
  for (const config::ProviderConfig& provider : providers) {
    const bool is_ramp = provider.kind == config::ProviderKind::onramp ||
                         provider.kind == config::ProviderKind::offramp;
    if (is_ramp) fee_slots_.push_back({provider.kind, provider.name, parts_.clock.monotonic()});
    if (is_ramp || provider.kind == config::ProviderKind::processor) {
      health_slots_.push_back({provider.kind, provider.name, provider.health_interval});
    }
  }
}

Task<void> HealthMonitor::run() {
  const auto self = shared_from_this();
  while (!stopping_) {
    co_await turn();
    if (stopping_) break;
    co_await alarm_->wait(settings_.tick);
  }
  while (probes_under_way_ > 0) co_await alarm_->wait(settings_.tick);
}

void HealthMonitor::stop() {
  stopping_ = true;
  alarm_->ring();
}

Task<void> HealthMonitor::turn() {
  const Executor executor = co_await boost::asio::this_coro::executor;
  start_fee_probes(executor);
  co_await claim_and_ask();
  co_await read_board();
  parts_.book.observe_circuits();
}

Task<void> HealthMonitor::claim_and_ask() {
  if (health_slots_.empty()) co_return;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const Duration asked_at = parts_.clock.monotonic();
  auto claimed = co_await parts_.board.claim_due(health_slots_, parts_.instance_id);
  if (!claimed) {
    log_problem("health slots could not be claimed", claimed.error());
    co_return;
  }
  // A claim that took longer than the margin could make us ask too close to the next instance.
  if (stopping_ || parts_.clock.monotonic() - asked_at > kClaimMargin) co_return;
  for (HealthSlot& slot : *claimed) {
    ++probes_under_way_;
    boost::asio::co_spawn(executor, ask_health(shared_from_this(), std::move(slot)),
                          boost::asio::detached);
  }
}

Task<void> HealthMonitor::read_board() {
  auto entries = co_await parts_.board.read_all();
  if (!entries) {
    log_problem("provider health could not be read", entries.error());
    co_return;
  }
  for (const BoardEntry& entry : *entries) {
    parts_.book.report_health(entry.kind, entry.name, entry.report);
  }
}

Task<void> HealthMonitor::ask_health(std::shared_ptr<HealthMonitor> self, HealthSlot slot) {
  // Held by the frame: the monitor outlives its probes whatever its owner does.
  try {
    auto answer = co_await parts_.health_probe(slot.kind, slot.name);
    if (!answer || answer->has_value()) {
      BoardEntry entry{
          .kind = slot.kind, .name = slot.name, .report = HealthReport{true, 0, Timestamp{}}};
      if (answer) entry.report = **answer;
      entry.report.checked_at = parts_.clock.now();
      parts_.book.report_health(entry.kind, entry.name, entry.report);
      auto stored = co_await parts_.board.store_result(entry, parts_.instance_id);
      if (!stored) log_problem("provider health could not be stored", stored.error());
    }
  } catch (const std::exception& error) {
    telemetry::log(Level::error, "health probe threw",
                   {{"provider", slot.name}, {"detail", error.what()}});
  }
  self->probe_ended();
}

void HealthMonitor::start_fee_probes(Executor executor) {
  const Duration now = parts_.clock.monotonic();
  for (std::size_t index = 0; index < fee_slots_.size(); ++index) {
    FeeSlot& slot = fee_slots_[index];
    if (slot.asking || now < slot.due) continue;
    slot.asking = true;
    slot.due = now + settings_.fee_interval;
    ++probes_under_way_;
    boost::asio::co_spawn(executor, ask_fee(shared_from_this(), index), boost::asio::detached);
  }
}

Task<void> HealthMonitor::ask_fee(std::shared_ptr<HealthMonitor> self, std::size_t index) {
  FeeSlot& slot = fee_slots_[index];
  try {
    auto fee = co_await parts_.fee_probe(slot.kind, slot.name);
    if (fee) {
      parts_.book.set_fee(slot.kind, slot.name, *fee);
    } else {
      // Sooner than a whole interval: until it answers, the configured schedule stands in.
      slot.due = parts_.clock.monotonic() + settings_.tick * 5;
      log_problem("provider fees could not be read", fee.error());
    }
  } catch (const std::exception& error) {
    telemetry::log(Level::error, "fee probe threw",
                   {{"provider", slot.name}, {"detail", error.what()}});
  }
  slot.asking = false;
  self->probe_ended();
}

void HealthMonitor::probe_ended() {
  --probes_under_way_;
  if (stopping_) alarm_->ring();
}

}  // namespace remit::routing
