#include "legs_document.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace remit::engine {
namespace {

using Json = nlohmann::json;

/// A fraction, or what does not fit, would be made into some other integer.
std::int64_t read_integer(const Json& json) {
  const bool fits =
      json.is_number_integer() &&
      (!json.is_number_unsigned() || std::in_range<std::int64_t>(json.get<std::uint64_t>()));
  if (!fits) throw std::runtime_error("its legs have " + json.dump() + " for an integer");
  return json.get<std::int64_t>();
}

std::int64_t read_count(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member == json.end() ? 0 : read_integer(*member);
}

std::size_t read_place(const Json& json) {
  const std::int64_t place = read_integer(json);
  if (place < 0) throw std::runtime_error("its legs have " + json.dump() + " for a place");
  return static_cast<std::size_t>(place);
}

Timestamp read_time(const Json& json) { return Timestamp(Duration(read_integer(json))); }

Money read_money(const Json& json) {
  const auto name = json.at(1).get<std::string>();
  const auto currency = parse_currency(name);
  if (!currency) {
    throw std::runtime_error("a leg's currency is " + name);
  }
  return {read_integer(json.at(0)), *currency};
}

Uuid read_uuid(const Json& json) {
  const auto id = Uuid::parse(json.get_ref<const std::string&>());
  if (!id) {
    throw std::runtime_error("a leg's id is no UUID");
  }
  return *id;
}

std::string read_text(const Json& json, const char* name) {
  return json.value(name, std::string());
}

Timestamp read_instant(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member == json.end() ? Timestamp{} : read_time(*member);
}

Attempt read_attempt(const Json& json, const Leg& leg) {
  const auto operation_id = json.find("operation_id");
  return {.provider = json.value("provider", leg.provider),
          .operation_id = operation_id == json.end() ? leg.operation_id : read_uuid(*operation_id),
          .outcome = json.at("outcome"),
          .started_at = read_time(json.at("at")),
          .latency = Duration(read_integer(json.at("latency_us"))),
          .error = read_text(json, "error"),
          .asked = read_text(json, "asked"),
          .turned_down = json.value("turned_down", false)};
}

/// `[provider, verdict, cost]`, the cost where it was known; once it was an object.
routing::Reason read_reason(const Json& json) {
  if (json.is_object()) {
    routing::Reason reason{
        .provider = json.at("provider"), .verdict = json.at("verdict"), .cost_minor = {}};
    if (json.contains("cost")) {
      reason.cost_minor = read_integer(json.at("cost"));
    }
    return reason;
  }
  routing::Reason reason{.provider = json.at(0), .verdict = json.at(1), .cost_minor = {}};
  if (json.size() > 2) {
    reason.cost_minor = read_integer(json.at(2));
  }
  return reason;
}

Decision read_decision(const Json& json) {
  Decision decision{.at = read_time(json.at("at")), .provider = {}, .reasons = {}};
  if (json.contains("provider")) {
    decision.provider = json.at("provider").get<std::string>();
  }
  for (const Json& entry : json.at("reasons")) {
    decision.reasons.push_back(read_reason(entry));
  }
  return decision;
}

LegState read_state(const std::string& text) {
  for (const LegState state : {LegState::planned, LegState::submitting, LegState::asking,
                               LegState::polling, LegState::settled, LegState::failed}) {
    if (to_string(state) == text) {
      return state;
    }
  }
  throw std::runtime_error("a leg's state is " + text);
}

Leg read_leg(const Json& json) {
  Leg leg;
  const auto name = json.at("operation").get<std::string>();
  const auto operation = providers::parse_operation_kind(name);
  if (!operation) {
    throw std::runtime_error("a leg's operation is " + name);
  }
  leg.operation = *operation;
  leg.state = read_state(json.at("state"));
  leg.operation_id = read_uuid(json.at("operation_id"));
  leg.source = read_money(json.at("source"));
  leg.target = json.contains("target") ? read_money(json.at("target")) : leg.source;
  leg.fee = read_money(json.at("fee"));
  leg.account = read_text(json, "account");
  leg.provider = read_text(json, "provider");
  leg.reference = read_text(json, "reference");
  if (const auto original = json.find("compensates"); original != json.end()) {
    leg.compensates = read_place(*original);
  }
  leg.tx_id = read_text(json, "tx_id");
  leg.avoid = read_text(json, "avoid");
  leg.requested_at = read_instant(json, "requested_at");
  leg.open_until = read_instant(json, "open_until");
  leg.late_effect_window = Duration(read_count(json, "late_effect_us"));
  leg.polls = read_count(json, "polls");
  leg.refusals = read_count(json, "refusals");
  leg.waits = read_count(json, "waits");
  if (json.contains("refused_by")) {
    leg.refused_by = json.at("refused_by").get<std::vector<std::string>>();
  }
  if (json.contains("attempts")) {
    for (const Json& attempt : json.at("attempts")) {
      leg.attempts.push_back(read_attempt(attempt, leg));
    }
  }
  if (json.contains("decisions")) {
    for (const Json& decision : json.at("decisions")) {
      leg.decisions.push_back(read_decision(decision));
    }
  }
  return leg;
}

}  // namespace

std::vector<Leg> read_legs(std::string_view document) {
  const Json json = Json::parse(document);
  if (!json.is_array()) throw std::runtime_error("its legs are no list");
  std::vector<Leg> legs;
  legs.reserve(json.size());
  for (const Json& leg : json) {
    legs.push_back(read_leg(leg));
  }
  return legs;
}

namespace {

bool gives_back_a_leg_of(const Saga& saga, const Leg& leg) {
  if (!leg.compensates || *leg.compensates >= saga.plan->legs.size()) return false;
  const CompensationPlan* plan = saga.plan->legs[*leg.compensates].compensation;
  return plan != nullptr && plan->leg.operation == leg.operation;
}

}  // namespace

void check_legs(const Saga& saga) {
  const std::size_t planned = saga.plan->legs.size();
  if (saga.legs.size() < planned) throw std::runtime_error("it has fewer legs than its plan");
  for (std::size_t i = 0; i < saga.legs.size(); ++i) {
    const Leg& leg = saga.legs[i];
    const bool is_planned = i < planned
                                ? leg.operation == saga.plan->legs[i].operation && !leg.compensates
                                : gives_back_a_leg_of(saga, leg);
    if (!is_planned) throw std::runtime_error("leg " + std::to_string(i) + " is not of its plan");
    const bool needs_provider = leg.state == LegState::submitting ||
                                leg.state == LegState::asking || leg.state == LegState::polling;
    if (needs_provider && leg.provider.empty()) {
      throw std::runtime_error("leg " + std::to_string(i) + " is under way at no provider");
    }
  }
}

}  // namespace remit::engine
