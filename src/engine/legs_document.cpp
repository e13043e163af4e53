#include "legs_document.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace remit::engine {
namespace {

using Json = nlohmann::json;

Timestamp read_time(const Json& json) { return Timestamp(Duration(json.get<std::int64_t>())); }

Money read_money(const Json& json) {
  const auto currency = parse_currency(json.at(1).get<std::string>());
  if (!currency) {
    throw std::runtime_error("unknown currency in a legs document");
  }
  return {json.at(0).get<std::int64_t>(), *currency};
}

Uuid read_uuid(const Json& json) {
  const auto id = Uuid::parse(json.get_ref<const std::string&>());
  if (!id) {
    throw std::runtime_error("bad id in a legs document");
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
          .latency = Duration(json.at("latency_us").get<std::int64_t>()),
          .error = read_text(json, "error")};
}

/// `[provider, verdict, cost]`, the cost where it was known; once it was an object.
routing::Reason read_reason(const Json& json) {
  if (json.is_object()) {
    routing::Reason reason{
        .provider = json.at("provider"), .verdict = json.at("verdict"), .cost_minor = {}};
    if (json.contains("cost")) {
      reason.cost_minor = json.at("cost").get<std::int64_t>();
    }
    return reason;
  }
  routing::Reason reason{.provider = json.at(0), .verdict = json.at(1), .cost_minor = {}};
  if (json.size() > 2) {
    reason.cost_minor = json.at(2).get<std::int64_t>();
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
  throw std::runtime_error("unknown state in a legs document");
}

Leg read_leg(const Json& json) {
  Leg leg;
  const auto operation = providers::parse_operation_kind(json.at("operation").get<std::string>());
  if (!operation) {
    throw std::runtime_error("unknown operation in a legs document");
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
  leg.refund_of = read_text(json, "refund_of");
  leg.tx_id = read_text(json, "tx_id");
  leg.avoid = read_text(json, "avoid");
  leg.requested_at = read_instant(json, "requested_at");
  leg.open_until = read_instant(json, "open_until");
  leg.patience = Duration(json.value("patience_us", std::int64_t{0}));
  leg.polls = json.value("polls", std::int64_t{0});
  leg.refusals = json.value("refusals", std::int64_t{0});
  leg.waits = json.value("waits", std::int64_t{0});
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
  std::vector<Leg> legs;
  legs.reserve(json.size());
  for (const Json& leg : json) {
    legs.push_back(read_leg(leg));
  }
  return legs;
}

}  // namespace remit::engine
