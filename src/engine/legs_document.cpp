#include "legs_document.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::engine {
namespace {

using Json = nlohmann::json;
using net::JsonWriter;

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

LegState read_state(const std::string& text) {
  for (const LegState state : {LegState::planned, LegState::submitting, LegState::asking,
                               LegState::polling, LegState::settled, LegState::failed}) {
    if (to_string(state) == text) return state;
  }
  throw std::runtime_error("a leg's state is " + text);
}

Leg read_leg(const Json& json) {
  Leg leg;
  const auto name = json.at("operation").get<std::string>();
  const auto operation = providers::parse_operation_kind(name);
  if (!operation) throw std::runtime_error("a leg's operation is " + name);
  leg.operation = *operation;
  leg.state = read_state(json.at("state"));
  leg.operation_id = read_uuid(json.at("operation_id"));
  leg.source = read_money(json.at("source"));
  leg.target = read_or(json, "target", read_money, leg.source);
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
  read_list(json, "refused_by", leg.refused_by,
            [](const Json& name) { return name.get<std::string>(); });
  read_list(json, "attempts", leg.attempts,
            [&](const Json& attempt) { return read_attempt(attempt, leg); });
  read_list(json, "decisions", leg.decisions, read_decision);
  return leg;
}

bool gives_back_a_leg_of(const Saga& saga, const Leg& leg) {
  if (!leg.compensates || *leg.compensates >= saga.plan->legs.size()) return false;
  const CompensationPlan* plan = saga.plan->legs[*leg.compensates].compensation;
  return plan != nullptr && plan->leg.operation == leg.operation;
}

// Written in one pass: it is done for every step of every saga. What follows from the rest is left
// out, since each byte is stored, logged and copied with each step.

/// What one leg, once made, comes to.
constexpr std::size_t kUsualBytes = 448;

std::int64_t microseconds(Timestamp time) { return time.time_since_epoch().count(); }

void write_money(JsonWriter& json, std::string_view name, Money money) {
  json.name(name).begin_array().integer(money.minor).string(to_string(money.currency)).end_array();
}

void write_text(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, sanitize_utf8(text));
}

void write_instant(JsonWriter& json, std::string_view name, Timestamp time) {
  if (time != Timestamp{}) json.member(name, microseconds(time));
}

void write_count(JsonWriter& json, std::string_view name, std::int64_t count) {
  if (count != 0) json.member(name, count);
}

void write_attempt(JsonWriter& json, const Attempt& attempt, const Leg& leg) {
  json.begin_object();
  if (attempt.provider != leg.provider) json.member("provider", attempt.provider);
  if (attempt.operation_id != leg.operation_id) {
    json.member("operation_id", attempt.operation_id.to_string());
  }
  json.member("outcome", attempt.outcome)
      .member("at", microseconds(attempt.started_at))
      .member("latency_us", std::int64_t{attempt.latency.count()});
  write_text(json, "error", attempt.error);
  write_text(json, "asked", attempt.asked);
  if (attempt.turned_down) json.name("turned_down").boolean(true);
  json.end_object();
}

void write_decision(JsonWriter& json, const Decision& decision) {
  json.begin_object().member("at", microseconds(decision.at));
  if (decision.provider) json.member("provider", *decision.provider);
  json.name("reasons").begin_array();
  for (const routing::Reason& reason : decision.reasons) {
    json.begin_array().string(reason.provider).string(reason.verdict);
    if (reason.cost_minor) json.integer(*reason.cost_minor);
    json.end_array();
  }
  json.end_array().end_object();
}

template <class Item, class Write>
void write_list(JsonWriter& json, std::string_view name, const std::vector<Item>& items,
                Write write) {
  if (items.empty()) return;
  json.name(name).begin_array();
  for (const Item& item : items) write(item);
  json.end_array();
}

void write_leg(JsonWriter& json, const Leg& leg) {
  json.begin_object()
      .member("operation", providers::to_string(leg.operation))
      .member("state", to_string(leg.state))
      .member("operation_id", leg.operation_id.to_string());
  write_money(json, "source", leg.source);
  if (leg.target != leg.source) write_money(json, "target", leg.target);
  write_money(json, "fee", leg.fee);
  write_text(json, "account", leg.account);
  write_text(json, "provider", leg.provider);
  write_text(json, "reference", leg.reference);
  if (leg.compensates) json.member("compensates", static_cast<std::int64_t>(*leg.compensates));
  write_text(json, "tx_id", leg.tx_id);
  write_text(json, "avoid", leg.avoid);
  write_instant(json, "requested_at", leg.requested_at);
  write_instant(json, "open_until", leg.open_until);
  write_count(json, "late_effect_us", leg.late_effect_window.count());
  write_count(json, "polls", leg.polls);
  write_count(json, "refusals", leg.refusals);
  write_count(json, "waits", leg.waits);
  write_list(json, "refused_by", leg.refused_by, [&](const auto& name) { json.string(name); });
  write_list(json, "attempts", leg.attempts,
             [&](const auto& attempt) { write_attempt(json, attempt, leg); });
  write_list(json, "decisions", leg.decisions,
             [&](const auto& decision) { write_decision(json, decision); });
  json.end_object();
}

}  // namespace

std::string write_legs(const std::vector<Leg>& legs) {
  JsonWriter json;
  json.reserve(legs.size() * kUsualBytes);
  json.begin_array();
  for (const Leg& leg : legs) write_leg(json, leg);
  json.end_array();
  return json.take();
}

std::vector<Leg> read_legs(std::string_view document) {
  const Json json = Json::parse(document);
  if (!json.is_array()) throw std::runtime_error("its legs are no list");
  std::vector<Leg> legs;
  legs.reserve(json.size());
  for (const Json& leg : json) legs.push_back(read_leg(leg));
  return legs;
}

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
