// What was told, against what happened.
#include <map>

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

}  // namespace

void Checker::check_events() {
  std::map<Uuid, Types> told;
  std::map<Uuid, std::int64_t> steps;
  for (const Tenant& tenant : kTenants) {
    for (const EventRow& event : tables_.events(tenant)) {
      std::int64_t& step = steps.try_emplace(event.saga_id, -1).first->second;
      if (event.step < step) complain(event.saga_id, "events in another order than its steps");
      step = event.step;
      if (!is_about_people(event.type)) told[event.saga_id].push_back(event.type);
    }
  }
  tables_.each_saga([&](const SagaRow& row) {
    const engine::Saga& saga = row.saga;
    const Types expected = expected_types(saga, tables_.transitions(saga.tenant, saga.id));
    if (told[saga.id] != expected) {
      complain(saga.id, std::to_string(told[saga.id].size()) + " events, not the " +
                            std::to_string(expected.size()) + " expected");
    }
  });
}

}  // namespace remit::simulation
