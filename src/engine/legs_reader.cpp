// Legs out of their document.

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "legs_document.hpp"

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

std::size_t read_place(const Json& json) {
  const std::int64_t place = read_integer(json);
  if (place < 0) throw std::runtime_error("its legs have " + json.dump() + " for a place");
  return static_cast<std::size_t>(place);
}

Timestamp read_time(const Json& json) { return Timestamp(Duration(read_integer(json))); }

Money read_money(const Json& json) {
  const auto name = json.at(1).get<std::string>();
  const auto currency = parse_currency(name);
  if (!currency) throw std::runtime_error("a leg's currency is " + name);
  return {read_integer(json.at(0)), *currency};
}

Uuid read_uuid(const Json& json) {
  const auto id = Uuid::parse(json.get_ref<const std::string&>());
  if (!id) throw std::runtime_error("a leg's id is no UUID");
  return *id;
}

/// A member that is left out where it has its default.
template <class Read, class Value>
Value read_or(const Json& json, const char* name, Read read, Value otherwise) {
  const auto member = json.find(name);
  return member == json.end() ? otherwise : read(*member);
}

std::int64_t read_count(const Json& json, const char* name) {
  return read_or(json, name, read_integer, std::int64_t{0});
}
std::string read_text(const Json& json, const char* name) {
  return json.value(name, std::string());
}
Timestamp read_instant(const Json& json, const char* name) {
  return read_or(json, name, read_time, Timestamp{});
}

template <class Item, class Read>
void read_list(const Json& json, const char* name, std::vector<Item>& items, Read read) {
  if (const auto list = json.find(name); list != json.end()) {
    for (const Json& item : *list) items.push_back(read(item));
  }
}

Attempt read_attempt(const Json& json, const Leg& leg) {
  return {.provider = json.value("provider", leg.provider),
          .operation_id = read_or(json, "operation_id", read_uuid, leg.operation_id),
          .outcome = json.at("outcome"),
          .started_at = read_time(json.at("at")),
          .latency = Duration(read_integer(json.at("latency_us"))),
          .error = read_text(json, "error"),
          .asked = read_text(json, "asked"),
          .turned_down = json.value("turned_down", false)};
}

/// `[provider, verdict, cost]`, the cost where it was known.
routing::Reason read_reason(const Json& json) {
  routing::Reason reason{.provider = json.at(0), .verdict = json.at(1), .cost_minor = {}};
  if (json.size() > 2) reason.cost_minor = read_integer(json.at(2));
  return reason;
}

Decision read_decision(const Json& json) {
  Decision decision{.at = read_time(json.at("at")), .provider = {}, .reasons = {}};
  if (json.contains("provider")) decision.provider = json.at("provider").get<std::string>();
  for (const Json& entry : json.at("reasons")) decision.reasons.push_back(read_reason(entry));
  return decision;
}

LegState read_state(const Json& json) {
  const auto text = json.get<std::string>();
  for (const LegState state : {LegState::planned, LegState::submitting, LegState::asking,
                               LegState::polling, LegState::settled, LegState::failed}) {
    if (to_string(state) == text) return state;
  }
  throw std::runtime_error("a leg's state is " + text);
}

providers::OperationKind read_operation(const Json& json) {
  const auto name = json.get<std::string>();
  const auto operation = providers::parse_operation_kind(name);
  if (!operation) throw std::runtime_error("a leg's operation is " + name);
  return *operation;
}

/// What a leg of the plan, or one beside it, is agreed to be.
Leg read_terms(const Json& json, const Leg* planned) {
  Leg leg;
  if (planned != nullptr) {
    leg = *planned;
    leg.operation = read_or(json, "operation", read_operation, leg.operation);
    leg.operation_id = read_or(json, "operation_id", read_uuid, leg.operation_id);
    leg.source = read_or(json, "source", read_money, leg.source);
    leg.target = read_or(json, "target", read_money, leg.target);
    leg.fee = read_or(json, "fee", read_money, leg.fee);
    leg.account = json.value("account", leg.account);
  } else {
    leg.operation = read_operation(json.at("operation"));
    leg.operation_id = read_uuid(json.at("operation_id"));
    leg.source = read_money(json.at("source"));
    leg.target = read_or(json, "target", read_money, leg.source);
    leg.fee = read_money(json.at("fee"));
    leg.account = read_text(json, "account");
  }
  return leg;
}

Leg read_leg(const Json& json, const Leg* planned) {
  if (!json.is_object()) throw std::runtime_error("a leg is no object");
  Leg leg = read_terms(json, planned);
  leg.state = read_or(json, "state", read_state, LegState::planned);
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
  read_list(json, "refused_by", leg.refused_by,
            [](const Json& name) { return name.get<std::string>(); });
  read_list(json, "attempts", leg.attempts,
            [&](const Json& attempt) { return read_attempt(attempt, leg); });
  read_list(json, "decisions", leg.decisions, read_decision);
  return leg;
}

}  // namespace

void read_legs(Saga& saga, const std::optional<std::string>& document, const ShownLeg& columns) {
  saga.legs = saga.plan->initial_legs(saga);
  if (document) {
    const Json json = Json::parse(*document);
    if (!json.is_array()) throw std::runtime_error("its legs are no list");
    const std::vector<Leg> planned = std::move(saga.legs);
    saga.legs.clear();
    saga.legs.reserve(json.size());
    for (const Json& leg : json) {
      const std::size_t i = saga.legs.size();
      saga.legs.push_back(read_leg(leg, i < planned.size() ? &planned[i] : nullptr));
    }
  }
  if (saga.legs.empty()) return;
  Leg& shown = saga.legs[static_cast<std::size_t>(shown_leg(saga) - saga.legs.data())];
  shown.provider = columns.provider;
  for (Attempt& attempt : shown.attempts) {
    if (attempt.provider.empty()) attempt.provider = shown.provider;
  }
  shown.requested_at = columns.submitted_at.value_or(Timestamp{});
}

}  // namespace remit::engine
