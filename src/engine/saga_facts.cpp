#include "remit/engine/saga_facts.hpp"

#include <string>
#include <utility>

#include "remit/net/json_writer.hpp"

namespace remit::engine {
namespace {

constexpr std::string_view kDeadLetterCreated = "dead_letter.created";
constexpr std::string_view kDeadLetterResolved = "dead_letter.resolved";

std::string changes(std::string_view member, std::string_view from, std::string_view to) {
  net::JsonWriter json;
  const auto value = [&json](std::string_view text) {
    text.empty() ? json.null() : json.string(text);
  };
  json.begin_object().name(member).begin_array();
  value(from);
  value(to);
  json.end_array().end_object();
  return json.take();
}

outbox::Fact fact_about(const Saga& saga, std::string_view type) {
  return {.type = type,
          .resource = std::string(saga.plan->facts->resource) + saga.id.to_string(),
          .at = saga.updated_at,
          .user = {},
          .data = {},
          .changes = {}};
}

/// Of what waits for a person since this step, or does so no longer.
void add_dead_letter(const Step& step, std::vector<outbox::Fact>& facts) {
  const Saga& saga = step.saga;
  if (step.was_parked.empty() == saga.parked_reason.empty()) return;
  const FactPlan& plan = *saga.plan->facts;
  outbox::Fact fact =
      fact_about(saga, saga.parked_reason.empty() ? kDeadLetterResolved : kDeadLetterCreated);
  fact.data = plan.shown(saga, saga.status);
  fact.changes = changes("parked_reason", step.was_parked, saga.parked_reason);
  facts.push_back(std::move(fact));
}

}  // namespace

std::vector<outbox::Fact> first_facts(const Saga& saga) {
  const FactPlan* plan = saga.plan->facts;
  if (plan == nullptr) return {};
  outbox::Fact fact = fact_about(saga, plan->accepted);
  fact.at = saga.created_at;
  fact.begins = true;
  fact.data = plan->shown_first(saga);
  fact.changes = changes("status", "", kPending);
  return {std::move(fact)};
}

std::vector<outbox::Fact> facts_of(const Step& step) {
  const Saga& saga = step.saga;
  const FactPlan* plan = saga.plan->facts;
  if (plan == nullptr) return {};
  std::vector<outbox::Fact> facts;
  for (const Transition& transition : step.transitions) {
    for (const std::string_view type : plan->types(saga, transition.to)) {
      outbox::Fact fact = fact_about(saga, type);
      fact.data = plan->shown(saga, transition.to);
      fact.changes = changes("status", transition.from, transition.to);
      facts.push_back(std::move(fact));
    }
  }
  add_dead_letter(step, facts);
  return facts;
}

}  // namespace remit::engine
