// Legs as text, written in one pass: it is done for every step of every saga. What follows from the
// rest is left out, since each byte is stored, logged and copied with each step.

#include "legs_document.hpp"
#include "remit/base/text.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::engine {
namespace {

using net::JsonWriter;

/// What one leg, once made, comes to.
constexpr std::size_t kUsualBytes = 448;

std::int64_t microseconds(Timestamp time) { return time.time_since_epoch().count(); }

void write_money(JsonWriter& json, std::string_view name, Money money) {
  json.name(name).begin_array().integer(money.minor).string(to_string(money.currency)).end_array();
}

void write_text(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    json.member(name, sanitize_utf8(text));
  }
}

void write_instant(JsonWriter& json, std::string_view name, Timestamp time) {
  if (time != Timestamp{}) {
    json.member(name, microseconds(time));
  }
}

void write_count(JsonWriter& json, std::string_view name, std::int64_t count) {
  if (count != 0) {
    json.member(name, count);
  }
}

void write_attempt(JsonWriter& json, const Attempt& attempt, const Leg& leg) {
  json.begin_object();
  if (attempt.provider != leg.provider) {
    json.member("provider", attempt.provider);
  }
  if (attempt.operation_id != leg.operation_id) {
    json.member("operation_id", attempt.operation_id.to_string());
  }
  json.member("outcome", attempt.outcome)
      .member("at", microseconds(attempt.started_at))
      .member("latency_us", std::int64_t{attempt.latency.count()});
  write_text(json, "error", attempt.error);
  write_text(json, "asked", attempt.asked);
  if (attempt.turned_down) {
    json.name("turned_down").boolean(true);
  }
  json.end_object();
}

void write_decision(JsonWriter& json, const Decision& decision) {
  json.begin_object().member("at", microseconds(decision.at));
  if (decision.provider) {
    json.member("provider", *decision.provider);
  }
  json.name("reasons").begin_array();
  for (const routing::Reason& reason : decision.reasons) {
    json.begin_array().string(reason.provider).string(reason.verdict);
    if (reason.cost_minor) {
      json.integer(*reason.cost_minor);
    }
    json.end_array();
  }
  json.end_array().end_object();
}

void write_histories(JsonWriter& json, const Leg& leg) {
  if (!leg.refused_by.empty()) {
    json.name("refused_by").begin_array();
    for (const std::string& provider : leg.refused_by) {
      json.string(provider);
    }
    json.end_array();
  }
  if (!leg.attempts.empty()) {
    json.name("attempts").begin_array();
    for (const Attempt& attempt : leg.attempts) {
      write_attempt(json, attempt, leg);
    }
    json.end_array();
  }
  if (!leg.decisions.empty()) {
    json.name("decisions").begin_array();
    for (const Decision& decision : leg.decisions) {
      write_decision(json, decision);
    }
    json.end_array();
  }
}

void write_leg(JsonWriter& json, const Leg& leg) {
  json.begin_object()
      .member("operation", providers::to_string(leg.operation))
      .member("state", to_string(leg.state))
      .member("operation_id", leg.operation_id.to_string());
  write_money(json, "source", leg.source);
  if (leg.target != leg.source) {
    write_money(json, "target", leg.target);
  }
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
  write_histories(json, leg);
  json.end_object();
}

}  // namespace

std::string write_legs(const std::vector<Leg>& legs) {
  JsonWriter json;
  json.reserve(legs.size() * kUsualBytes);
  json.begin_array();
  for (const Leg& leg : legs) {
    write_leg(json, leg);
  }
  json.end_array();
  return json.take();
}

}  // namespace remit::engine
