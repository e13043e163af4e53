#include "legs_document.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "storable_text.hpp"

namespace remit::engine {
namespace {

using Json = nlohmann::json;

Json write_time(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp read_time(const Json& json) { return Timestamp(Duration(json.get<std::int64_t>())); }

Json write_money(Money money) { return Json::array({money.minor, to_string(money.currency)}); }

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

void write_text(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) {
    json[name] = storable_text(text);
  }
}

std::string read_text(const Json& json, const char* name) {
  return json.value(name, std::string());
}

void write_instant(Json& json, const char* name, Timestamp time) {
  if (time != Timestamp{}) {
    json[name] = write_time(time);
  }
}

Timestamp read_instant(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member == json.end() ? Timestamp{} : read_time(*member);
}

Json write_attempt(const Attempt& attempt) {
  Json json = {{"provider", attempt.provider},
               {"operation_id", attempt.operation_id.to_string()},
               {"outcome", attempt.outcome},
               {"at", write_time(attempt.started_at)},
               {"latency_us", attempt.latency.count()}};
  write_text(json, "error", attempt.error);
  return json;
}

Attempt read_attempt(const Json& json) {
  return {.provider = json.at("provider"),
          .operation_id = read_uuid(json.at("operation_id")),
          .outcome = json.at("outcome"),
          .started_at = read_time(json.at("at")),
          .latency = Duration(json.at("latency_us").get<std::int64_t>()),
          .error = read_text(json, "error")};
}

Json write_decision(const Decision& decision) {
  Json json = {{"at", write_time(decision.at)}, {"reasons", Json::array()}};
  if (decision.provider) {
    json["provider"] = *decision.provider;
  }
  for (const routing::Reason& reason : decision.reasons) {
    Json entry = {{"provider", reason.provider}, {"verdict", reason.verdict}};
    if (reason.cost_minor) {
      entry["cost"] = *reason.cost_minor;
    }
    json["reasons"].push_back(std::move(entry));
  }
  return json;
}

Decision read_decision(const Json& json) {
  Decision decision{.at = read_time(json.at("at")), .provider = {}, .reasons = {}};
  if (json.contains("provider")) {
    decision.provider = json.at("provider").get<std::string>();
  }
  for (const Json& entry : json.at("reasons")) {
    routing::Reason reason{
        .provider = entry.at("provider"), .verdict = entry.at("verdict"), .cost_minor = {}};
    if (entry.contains("cost")) {
      reason.cost_minor = entry.at("cost").get<std::int64_t>();
    }
    decision.reasons.push_back(std::move(reason));
  }
  return decision;
}

Json write_leg(const Leg& leg) {
  Json json = {{"operation", providers::to_string(leg.operation)},
               {"state", to_string(leg.state)},
               {"operation_id", leg.operation_id.to_string()},
               {"source", write_money(leg.source)},
               {"target", write_money(leg.target)},
               {"fee", write_money(leg.fee)}};
  write_text(json, "account", leg.account);
  write_text(json, "provider", leg.provider);
  write_text(json, "reference", leg.reference);
  write_text(json, "refund_of", leg.refund_of);
  write_text(json, "tx_id", leg.tx_id);
  write_text(json, "avoid", leg.avoid);
  write_instant(json, "requested_at", leg.requested_at);
  write_instant(json, "open_until", leg.open_until);
  if (leg.patience != Duration::zero()) {
    json["patience_us"] = leg.patience.count();
  }
  if (leg.polls != 0) {
    json["polls"] = leg.polls;
  }
  if (leg.refusals != 0) {
    json["refusals"] = leg.refusals;
  }
  if (leg.waits != 0) {
    json["waits"] = leg.waits;
  }
  if (!leg.refused_by.empty()) {
    json["refused_by"] = leg.refused_by;
  }
  for (const Attempt& attempt : leg.attempts) {
    json["attempts"].push_back(write_attempt(attempt));
  }
  for (const Decision& decision : leg.decisions) {
    json["decisions"].push_back(write_decision(decision));
  }
  return json;
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
  leg.target = read_money(json.at("target"));
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
      leg.attempts.push_back(read_attempt(attempt));
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

std::string write_legs(const std::vector<Leg>& legs) {
  Json json = Json::array();
  for (const Leg& leg : legs) {
    json.push_back(write_leg(leg));
  }
  return json.dump();
}

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
