#include "simulation/checker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "remit/payments/payment_machine.hpp"

namespace remit::simulation {
namespace {

using providers::OperationKind;
using Status = providers::Outcome::Status;

/// Rests, leases, circuits and false reports all end sooner.
constexpr Duration kLongestWait = std::chrono::seconds(60);

struct Move {
  std::string_view from;
  std::string_view to;
};

// The pictures of the README, and what a retry does.
constexpr std::array kChargeMoves{
    Move{"PENDING", "PROCESSING"},
    Move{"PENDING", "CANCELLED"},
    Move{"PROCESSING", "COMPLETED"},
};
constexpr std::array kConversionMoves{
    Move{"PENDING", "ONRAMP_PENDING"},
    Move{"PENDING", "CANCELLED"},
    Move{"ONRAMP_PENDING", "ONRAMP_COMPLETE"},
    Move{"ONRAMP_PENDING", "FAILED"},
    Move{"ONRAMP_COMPLETE", "OFFRAMP_PENDING"},
    Move{"OFFRAMP_PENDING", "COMPLETED"},
    Move{"OFFRAMP_PENDING", "COMPENSATING"},
    Move{"COMPENSATING", "FAILED"},
    Move{"FAILED", "PENDING"},
};

bool is_charge(const engine::Saga& saga) { return saga.plan == &payments::charge_plan(); }

template <std::size_t N>
bool is_allowed(const std::array<Move, N>& moves, const TransitionRow& row) {
  return std::ranges::any_of(
      moves, [&row](const Move& move) { return move.from == row.from && move.to == row.to; });
}

}  // namespace

void Checker::complain(const Uuid& payment, std::string what) {
  world_.log.violation(payment.to_string() + ": " + std::move(what), subject_of(payment));
}

void Checker::look() {
  tables_.each_saga([this](const SagaRow& row) { look_at(row); });
  follow_events();
  check_board();
}

void Checker::check_board() {
  for (const auto& provider : world_.providers.all()) {
    const config::ProviderConfig& config = provider->config();
    const HealthRow* const row = tables_.health(config.kind, config.name);
    if (row == nullptr || !row->report) continue;
    if (!provider->has_said(row->report->failing, row->report->min_response_ms)) {
      world_.log.violation("the board says of " + config.name + " what it never said");
    }
  }
}

Checker::Seen& Checker::seen(const engine::Saga& saga) {
  const Timestamp now = world_.epoch + world_.schedule.now();
  return seen_.try_emplace(saga.id, Seen{.first_seen = now}).first->second;
}

Timestamp Checker::due(const engine::Saga& saga) {
  // Whatever its maker's clock said, it was there then.
  const Timestamp accepted = std::min(saga.created_at, seen(saga).first_seen);
  const auto fee_at = [this, &saga](std::string_view name) {
    const auto& all = world_.profile.providers;
    const auto found = std::ranges::find(all, name, &config::ProviderConfig::name);
    return fee_of(found->fee, saga.amount).value().minor;
  };
  if (fee_at(kDearer) <= fee_at(kCheaper)) return accepted;
  // Worked out here once more: the product's own words for it may be what is wrong.
  const routing::CostDeadlinePolicy& patience = world_.profile.policy.cost_deadline;
  if (!patience.cut_off) return accepted + patience.deadline;
  const Timestamp today = std::chrono::floor<std::chrono::days>(accepted) + *patience.cut_off;
  return today > accepted ? today : today + std::chrono::days(1);
}

void Checker::look_for_late() {
  const Duration now = world_.schedule.now();
  tables_.each_saga([this, now](const SagaRow& row) {
    const engine::Saga& saga = row.saga;
    // What is shown and tried on all the same has something due.
    const bool is_left_alone = !saga.parked_reason.empty() && !row.due_at;
    const bool waits =
        is_charge(saga) && !is_left_alone && engine::next_action(saga) == engine::Action::choose;
    if (!waits) {
      waiting_since_.erase(saga.id);
      return;
    }
    Duration& since = waiting_since_.try_emplace(saga.id, now).first->second;
    const Duration from = std::max(since, due(saga) - world_.epoch);
    if (now - from <= kLongestWait) return;
    complain(saga.id, "waits for a provider although one is up");
    since = Duration::max() / 2;  // said once
  });
}

void Checker::look_at(const SagaRow& row) {
  const engine::Saga& saga = row.saga;
  Seen& last = seen(saga);
  if (saga.version == last.version) return;
  if (saga.version < last.version) complain(saga.id, "its version went back");
  const auto transitions = tables_.transitions(saga.tenant, saga.id);
  const std::size_t postings = tables_.postings(saga.tenant, saga.id).size();
  if (transitions.size() < last.transitions) complain(saga.id, "its history became shorter");
  if (postings < last.postings) complain(saga.id, "postings disappeared");
  if (saga.status != last.status) {
    const bool was_final = engine::is_final(last.status);
    const bool is_retry = last.status == engine::kFailed && transitions.size() > last.transitions &&
                          transitions[last.transitions].to == engine::kPending;
    if (was_final && !is_retry) {
      complain(saga.id, "was " + last.status + " for good and is " + saga.status);
    }
    world_.log.note(EventKind::state_seen, kWorld, subject_of(saga.id),
                    static_cast<std::int64_t>(transitions.size()));
  }
  last = {.version = saga.version,
          .transitions = transitions.size(),
          .postings = postings,
          .status = saga.status,
          .first_seen = last.first_seen};
}

Checker::Progress Checker::progress_of(TenantId tenant) const {
  Progress progress;
  tables_.each_saga([this, tenant, &progress](const SagaRow& row) {
    const engine::Saga& saga = row.saga;
    if (saga.tenant != tenant) return;
    ++progress.accepted;
    const OperationKind first = saga.legs.front().operation;
    const bool is_sent = std::ranges::any_of(world_.providers.all(), [&](const auto& provider) {
      return provider->is_expected(saga.id, first) || provider->has(saga.id, first);
    });
    if (is_sent || engine::is_final(saga.status)) ++progress.begun;
  });
  return progress;
}

bool Checker::all_final() {
  bool all = true;
  tables_.each_saga([&all](const SagaRow& row) {
    all = all && engine::is_final(row.saga.status) && !row.due_at;
  });
  return all;
}

void Checker::report_unfinished() {
  tables_.each_saga([this](const SagaRow& row) {
    if (engine::is_final(row.saga.status) && !row.due_at) return;
    const engine::Leg* leg = engine::current_leg(row.saga);
    complain(
        row.saga.id,
        "never ended: " + row.saga.status + ", leg " +
            std::string(leg == nullptr ? "-" : to_string(leg->state)) + " at " + row.provider +
            ", parked " + row.saga.parked_reason + ", " + row.saga.error_message + ", due in " +
            (row.due_at ? std::to_string((*row.due_at - world_.schedule.now()).count() / 1'000'000)
                        : "-") +
            " s");
  });
}

void Checker::check_history(const engine::Saga& saga) {
  std::string status(engine::kPending);
  std::int64_t step = 0;
  int line = 0;
  bool compensated = false;
  for (const TransitionRow& row : tables_.transitions(saga.tenant, saga.id)) {
    if (row.from != status) complain(saga.id, "its history has a gap before " + row.to);
    // A step that goes on to another has a line for each.
    const bool follows = row.step == step ? row.line == line + 1 : row.step > step && row.line == 0;
    if (!follows) complain(saga.id, "its steps do not follow each other");
    const bool allowed =
        is_charge(saga) ? is_allowed(kChargeMoves, row) : is_allowed(kConversionMoves, row);
    if (!allowed) complain(saga.id, "it went from " + row.from + " to " + row.to);
    if (compensated && row.from == engine::kFailed) {
      complain(saga.id, "it was started again after it had been given back");
    }
    compensated = compensated || row.to == engine::kCompensating;
    status = row.to;
    step = row.step;
    line = row.line;
  }
  if (status != saga.status) complain(saga.id, "its history ends in " + status);
  if (saga.version < step) complain(saga.id, "its version is older than its history");
}

void Checker::check_charge(const engine::Saga& saga) {
  std::int64_t records = 0;
  for (const auto& provider : world_.providers.all()) {
    const auto* const processor = dynamic_cast<const SimProcessor*>(provider.get());
    if (processor == nullptr) continue;
    const auto found = processor->book().find(saga.id);
    if (found == processor->book().end()) continue;
    ++records;
    const engine::Leg& leg = saga.legs.front();
    if (saga.status != engine::kCompleted) {
      complain(saga.id, saga.status + ", but recorded at " + processor->config().name);
      continue;
    }
    if (processor->config().name != leg.provider) {
      complain(saga.id, "recorded at another processor than " + leg.provider);
    }
    if (found->second.amount != saga.amount) complain(saga.id, "recorded with another amount");
    if (found->second.requested_at != leg.requested_at) {
      complain(saga.id, "recorded with another requestedAt");
    }
  }
  if (records > 1) complain(saga.id, "charged twice");
  if (saga.status == engine::kCompleted && records == 0) complain(saga.id, "never charged");
}

void Checker::check_conversion(const engine::Saga& saga) {
  const bool completed = saga.status == engine::kCompleted;
  const bool compensated = saga.status == engine::kFailed && saga.error_code == "COMPENSATED";
  const auto* const details = tables_.conversion(saga.tenant, saga.id);
  if (details == nullptr || saga.legs.size() < 2) {
    complain(saga.id, "a conversion without its terms");
    return;
  }
  if (saga.legs[1].target != details->payout) complain(saga.id, "not what was promised");
  std::array<std::int64_t, 4> settled{};
  for (const auto& provider : world_.providers.all()) {
    const auto* const ramp = dynamic_cast<const SimRamp*>(provider.get());
    if (ramp == nullptr) continue;
    for (const Transfer* transfer : ramp->transfers_of(saga.id)) {
      if (transfer->status == Status::failed) continue;
      if (transfer->status == Status::pending) {
        complain(saga.id, saga.status + ", but money is under way at " + ramp->config().name);
      }
      ++settled[static_cast<std::size_t>(transfer->kind)];
      if (transfer->kind == OperationKind::refund) continue;
      const engine::Leg& leg = saga.legs[transfer->kind == OperationKind::onramp ? 0 : 1];
      if (leg.provider != ramp->config().name || leg.reference != ramp->reference_of(*transfer) ||
          leg.source != transfer->source || leg.target != transfer->target) {
        complain(saga.id, "its leg is not what happened at " + ramp->config().name);
      }
    }
  }
  const auto count = [&settled](OperationKind kind) {
    return settled[static_cast<std::size_t>(kind)];
  };
  const std::int64_t onramps = completed || compensated ? 1 : 0;
  if (count(OperationKind::onramp) != onramps ||
      count(OperationKind::offramp) != (completed ? 1 : 0) ||
      count(OperationKind::refund) != (compensated ? 1 : 0)) {
    complain(saga.id, saga.status + " " + saga.error_code + ", but moved: onramp " +
                          std::to_string(count(OperationKind::onramp)) + ", offramp " +
                          std::to_string(count(OperationKind::offramp)) + ", refund " +
                          std::to_string(count(OperationKind::refund)));
  }
}

std::pair<Timestamp, Timestamp> Checker::draw_window(Random& random) const {
  const Duration trouble = world_.profile.trouble;
  const Timestamp from = world_.epoch + random.between(Duration{0}, trouble);
  return {from, from + random.between(Duration{0}, trouble)};
}

}  // namespace remit::simulation
