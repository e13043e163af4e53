// What was told, against what happened.
#include <map>
#include <utility>

#include "simulation/checker.hpp"
#include "support/tenants.hpp"

namespace remit::simulation {
namespace {

using Types = std::vector<std::string>;

/// Of a movement as it is in the end: of one that was refunded the last transition says so.
Types expected_types(const engine::Saga& saga, std::span<const TransitionRow> transitions) {
  const engine::FactPlan& plan = *saga.plan->facts;
  Types types{std::string(plan.accepted)};
  engine::Saga before = saga;
  before.error_code.clear();
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    const bool is_last = i + 1 == transitions.size();
    for (const std::string_view type : plan.types(is_last ? saga : before, transitions[i].to)) {
      types.emplace_back(type);
    }
  }
  return types;
}

bool is_about_people(std::string_view type) { return type.starts_with("dead_letter."); }

bool is_about_wallets(std::string_view type) {
  return type.starts_with("transaction.") || type.starts_with("wallet.");
}

}  // namespace

void Checker::follow_events() {
  for (const Tenant& tenant : kTenants) {
    std::vector<EventRow>& seen = followed_[tenant];
    std::int64_t last = seen.empty() ? 0 : seen.back().sequence;
    for (EventRow& event : tables_.events_after(tenant, last)) {
      if (event.sequence != last + 1) {
        complain(event.saga_id, "event " + std::to_string(event.sequence) + " comes after " +
                                    std::to_string(last));
      }
      last = event.sequence;
      seen.push_back(std::move(event));
    }
  }
}

void Checker::check_events() {
  std::map<Uuid, Types> told;
  std::map<Uuid, std::int64_t> steps;
  for (const auto& [tenant, events] : followed_) {
    for (const EventRow& event : events) {
      if (is_about_wallets(event.type)) continue;
      std::int64_t& step = steps.try_emplace(event.saga_id, -1).first->second;
      if (event.step < step) complain(event.saga_id, "events in another order than its steps");
      step = event.step;
      if (!is_about_people(event.type)) told[event.saga_id].push_back(event.type);
    }
  }
  const auto check = [this, &told](const Uuid& resource, const Types& expected) {
    const Types events = std::exchange(told[resource], {});
    if (events == expected) return;
    complain(resource, std::to_string(events.size()) + " events, not the " +
                           std::to_string(expected.size()) + " expected");
  };
  tables_.each_saga([&](const SagaRow& row) {
    const engine::Saga& saga = row.saga;
    check(saga.id, expected_types(saga, tables_.transitions(saga.tenant, saga.id)));
  });
  for (const Uuid& resource : slow_) check(resource, {std::string(kSlowFact)});
  for (const auto& [resource, events] : told) {
    if (!events.empty()) complain(resource, "events of what is not there");
  }
}

}  // namespace remit::simulation
