#include "remit/routing/health_monitor.hpp"

#include <algorithm>
#include <utility>

#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::routing {
namespace {

using telemetry::Level;

void log_problem(std::string_view event, const Problem& problem) {
  telemetry::log(Level::warn, event, {{"code", problem.code.name}, {"detail", problem.detail}});
}

/// A report counts for so many intervals: see ProviderBook::report_health.
constexpr int kReportLife = 3;

}  // namespace

HealthMonitor::HealthMonitor(const jobs::Context& context,
                             const std::vector<config::ProviderConfig>& providers, Parts parts,
                             HealthMonitorSettings settings)
    : clock_(context.clock),
      parts_(std::move(parts)),
      settings_(settings),
      job_(context, "provider health", [this] { return turn(); }) {
  for (const config::ProviderConfig& provider : providers) {
    const bool is_ramp =
        provider.kind == ProviderKind::onramp || provider.kind == ProviderKind::offramp;
    if (is_ramp) fee_slots_.push_back({provider.kind, provider.name, clock_.monotonic()});
    if (is_ramp || provider.kind == ProviderKind::processor) {
      probed_.push_back({.slot = {provider.kind, provider.name, provider.health_interval}});
    }
  }
}

Task<jobs::Rest> HealthMonitor::turn() {
  start_fee_probes();
  co_await claim_and_ask();
  co_await read_board();
  parts_.book.observe();
  co_return settings_.tick;
}

Task<void> HealthMonitor::claim_and_ask() {
  const Duration asked_at = clock_.monotonic();
  std::vector<HealthSlot> wanted;
  for (const Probed& one : probed_) {
    if (asked_at >= one.not_before) wanted.push_back(one.slot);
  }
  if (wanted.empty()) co_return;
  ClaimHealthSlots::Input claim{std::move(wanted), parts_.instance_id};
  auto claimed = co_await parts_.database.run<ClaimHealthSlots>(std::move(claim));
  if (!claimed) co_return;  // reading the board tells
  // A claim that took longer than the margin could make us ask too close to the next instance.
  if (job_.is_stopping() || clock_.monotonic() - asked_at > kClaimMargin) co_return;
  for (HealthSlot& slot : *claimed) job_.spawn(ask_health(shared_from_this(), std::move(slot)));
}

Task<void> HealthMonitor::read_board() {
  const Duration asked_at = clock_.monotonic();
  const ReadHealth::Input all;
  auto entries = co_await parts_.database.run<ReadHealth>(all);
  const bool was_away = std::exchange(board_is_away_, !entries);
  if (!entries) {
    if (!was_away) log_problem("provider health could not be read", entries.error());
    co_return;
  }
  if (was_away) telemetry::log(Level::info, "provider health can be read again");
  for (const BoardEntry& entry : *entries) {
    const Probed* const own = find(entry.kind, entry.name);
    if (own != nullptr && own->told_until >= asked_at) continue;
    parts_.book.report_health(entry.kind, entry.name, entry.report);
  }
}

/// `self` is held by the frame: the monitor outlives its probes whatever its owner does.
Task<void> HealthMonitor::ask_health(std::shared_ptr<HealthMonitor> /*self*/, HealthSlot slot) {
  const HealthAnswer answer = co_await parts_.health_probe(slot.kind, slot.name);
  log_change(*find(slot.kind, slot.name), answer);
  if (answer.kind == HealthAnswer::Kind::report) {
    co_await publish(slot, answer.report);
  } else if (answer.kind == HealthAnswer::Kind::none) {
    co_await leave_to_others(slot, answer.was_sent);
  }
}

Task<void> HealthMonitor::publish(HealthSlot slot, HealthReport report) {
  report.checked_at = clock_.now();
  parts_.book.report_health(slot.kind, slot.name, report);
  StoreHealth::Input told{{.kind = slot.kind, .name = slot.name, .report = report},
                          parts_.instance_id};
  // While the board is being told, and for as long as a report counts when it could not be, what it
  // says is older than what is known here.
  Duration& told_until = find(slot.kind, slot.name)->told_until;
  told_until = Duration::max();
  const auto stored = co_await parts_.database.run<StoreHealth>(std::move(told));
  told_until = clock_.monotonic() + (stored ? Duration{0} : slot.interval * kReportLife);
  if (!stored) log_problem("provider health could not be stored", stored.error());
}

/// Whether it is the provider or the way to it cannot be told from here.
Task<void> HealthMonitor::leave_to_others(HealthSlot slot, bool was_asked) {
  find(slot.kind, slot.name)->not_before = clock_.monotonic() + slot.interval + kClaimMargin;
  ReturnHealthSlot::Input left{std::move(slot), parts_.instance_id, was_asked};
  const auto given = co_await parts_.database.run<ReturnHealthSlot>(std::move(left));
  if (!given) log_problem("a health slot could not be given back", given.error());
}

void HealthMonitor::log_change(Probed& probed, const HealthAnswer& answer) const {
  using Kind = HealthAnswer::Kind;
  if (answer.kind == Kind::asked_too_often) return;  // it is up, and there is no new report
  const Kind before = std::exchange(probed.last, answer.kind);
  if (before == answer.kind) return;
  const std::string_view event = answer.kind == Kind::report ? "health probe answered again"
                                 : answer.kind == Kind::unreadable
                                     ? "health probe answered without a report"
                                     : "health probe not answered";
  telemetry::log(answer.kind == Kind::report ? Level::info : Level::warn, event,
                 {{"kind", to_string(probed.slot.kind)},
                  {"provider", probed.slot.name},
                  {"detail", answer.detail}});
}

HealthMonitor::Probed* HealthMonitor::find(ProviderKind kind, std::string_view name) {
  const auto found = std::ranges::find_if(
      probed_, [&](const Probed& one) { return one.slot.kind == kind && one.slot.name == name; });
  return found == probed_.end() ? nullptr : &*found;
}

void HealthMonitor::start_fee_probes() {
  const Duration now = clock_.monotonic();
  for (std::size_t index = 0; index < fee_slots_.size(); ++index) {
    FeeSlot& slot = fee_slots_[index];
    if (now < slot.due) continue;
    slot.due = now + settings_.fee_interval;  // a probe has had its timeout by then
    job_.spawn(ask_fee(shared_from_this(), index));
  }
}

Task<void> HealthMonitor::ask_fee(std::shared_ptr<HealthMonitor> /*self*/, std::size_t index) {
  FeeSlot& slot = fee_slots_[index];
  auto fee = co_await parts_.fee_probe(slot.kind, slot.name);
  const bool failed_before = std::exchange(slot.failed, !fee);
  if (fee) {
    parts_.book.set_fee(slot.kind, slot.name, *fee);
    co_return;
  }
  // Sooner than a whole interval: until it answers, the configured schedule stands in.
  slot.due = clock_.monotonic() + settings_.tick * 5;
  if (!failed_before) log_problem("provider fees could not be read", fee.error());
}

}  // namespace remit::routing
