#include "legs_document.hpp"

#include <stdexcept>

#include "remit/base/text.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::engine {
namespace {

using net::JsonWriter;

// Written in one pass: it is done for every step of every saga.

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

void write_terms(JsonWriter& json, const Leg& leg, const Leg* planned) {
  const auto differs = [&](auto Leg::* member) {
    return planned == nullptr || leg.*member != planned->*member;
  };
  if (differs(&Leg::operation)) json.member("operation", providers::to_string(leg.operation));
  if (differs(&Leg::operation_id)) json.member("operation_id", leg.operation_id.to_string());
  if (differs(&Leg::source)) write_money(json, "source", leg.source);
  const Money& usual_target = planned == nullptr ? leg.source : planned->target;
  if (leg.target != usual_target) write_money(json, "target", leg.target);
  if (differs(&Leg::fee)) write_money(json, "fee", leg.fee);
  if (planned == nullptr) {
    write_text(json, "account", leg.account);
  } else if (leg.account != planned->account) {
    json.member("account", sanitize_utf8(leg.account));
  }
}

void write_leg(JsonWriter& json, const Leg& leg, const Leg* planned, bool is_shown) {
  json.begin_object();
  write_terms(json, leg, planned);
  if (leg.state != LegState::planned) json.member("state", to_string(leg.state));
  if (!is_shown) write_text(json, "provider", leg.provider);
  write_text(json, "reference", leg.reference);
  if (leg.compensates) json.member("compensates", static_cast<std::int64_t>(*leg.compensates));
  write_text(json, "tx_id", leg.tx_id);
  write_text(json, "avoid", leg.avoid);
  if (!is_shown) write_instant(json, "requested_at", leg.requested_at);
  write_instant(json, "open_until", leg.open_until);
  if (leg.state != LegState::settled) {
    write_count(json, "late_effect_us", leg.late_effect_window.count());
  }
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

bool gives_back_a_leg_of(const Saga& saga, const Leg& leg) {
  if (!leg.compensates || *leg.compensates >= saga.plan->legs.size()) return false;
  const CompensationPlan* plan = saga.plan->legs[*leg.compensates].compensation;
  return plan != nullptr && plan->leg.operation == leg.operation;
}

}  // namespace

std::string write_legs(const Saga& saga) {
  const std::vector<Leg> planned = saga.plan->initial_legs(saga);
  const Leg* const shown = shown_leg(saga);
  JsonWriter json;
  json.reserve(saga.legs.size() * kUsualBytes);
  json.begin_array();
  for (std::size_t i = 0; i < saga.legs.size(); ++i) {
    const Leg& leg = saga.legs[i];
    write_leg(json, leg, i < planned.size() ? &planned[i] : nullptr, &leg == shown);
  }
  json.end_array();
  return json.take();
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
