#include "remit/payments/payment_view.hpp"

#include <algorithm>

#include "payment_members.hpp"
#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/query_reader.hpp"

namespace remit::payments {
namespace {

using engine::Saga;
using net::JsonWriter;

std::string_view leg_name(const Saga& saga, std::size_t index) {
  return engine::plan_of_leg(saga, index).name;
}

void write_history(JsonWriter& json, const std::vector<HistoryEntry>& history) {
  json.name("state_history").begin_array();
  for (const HistoryEntry& entry : history) {
    json.begin_object()
        .member("from_status", entry.from)
        .member("to_status", entry.to)
        .member("timestamp", to_rfc3339(entry.at))
        .member("message", entry.message)
        .end_object();
  }
  json.end_array();
}

std::string words_of(const engine::Attempt& attempt) {
  if (attempt.asked.empty()) return attempt.error;
  const std::string before = attempt.error.empty() ? "" : attempt.error + "; ";
  return before + "when asked: " + attempt.asked;
}

void write_attempts(JsonWriter& json, const Saga& saga) {
  json.name("attempts").begin_array();
  for (std::size_t index = 0; index < saga.legs.size(); ++index) {
    for (const engine::Attempt& attempt : saga.legs[index].attempts) {
      json.begin_object()
          .member("leg", leg_name(saga, index))
          .member("provider", attempt.provider)
          .member("operation_id", attempt.operation_id.to_string())
          .member("outcome", attempt.outcome)
          .member("started_at", to_rfc3339(attempt.started_at))
          .member("latency_ms", attempt.latency.count() / 1000)
          .member_or_null("error", words_of(attempt))
          .end_object();
    }
  }
  json.end_array();
}

/// As stored, where this version does not know it.
std::string_view currency_of(const Payment& payment) {
  return payment.plain ? payment.plain->currency : to_string(payment.saga.amount.currency);
}

/// A charge of which the row's columns alone can be read.
void write_plain_charge(JsonWriter& json, const PlainColumns& plain) {
  json.member_or_null("processor", plain.provider);
  write_instant(json, "requested_at", plain.submitted_at);
  json.name("fee_amount").null().name("fee_currency").null();
}

std::string_view error_message(const Payment& payment) {
  if (!payment.plain || !payment.saga.error_message.empty()) return payment.saga.error_message;
  return "this version of the service cannot read the payment whole";
}

void write_payment(JsonWriter& json, const Payment& payment) {
  const Saga& saga = payment.saga;
  json.begin_object()
      .member("payment_id", saga.id.to_string())
      .member("kind", saga.plan->kind)
      .member("status", saga.status)
      .member("amount", saga.amount.minor)
      .member("currency", currency_of(payment));
  if (payment.conversion) {
    const std::string_view payout = payment.plain ? std::string_view(payment.plain->payout_currency)
                                                  : to_string(payment.conversion->payout.currency);
    write_terms(json, *payment.conversion, {.paid = currency_of(payment), .paid_out = payout});
    write_ramps(json, saga);
  } else if (payment.plain) {
    write_plain_charge(json, *payment.plain);
  } else {
    write_charge(json, saga);
  }
  write_history(json, payment.history);
  write_attempts(json, saga);
  json.member_or_null("error_code", saga.error_code.empty() ? saga.parked_reason : saga.error_code);
  json.member_or_null("error_message", error_message(payment));
  json.member("created_at", to_rfc3339(saga.created_at))
      .member("updated_at", to_rfc3339(saga.updated_at));
  write_instant(json, "processed_at", saga.processed_at);
  json.end_object();
}

/// `waiting_for`: of a decision that is still to be made.
void write_decision(JsonWriter& json, const Saga& saga, std::size_t index,
                    const engine::Decision& decision, std::string_view waiting_for = {}) {
  json.begin_object()
      .member("leg", leg_name(saga, index))
      .member("decided_at", to_rfc3339(decision.at))
      .member_or_null("chosen", decision.provider.value_or(""))
      .member("currency", to_string(saga.legs[index].source.currency));
  json.name("candidates").begin_array();
  for (const routing::Reason& reason : decision.reasons) {
    json.begin_object().member("provider", reason.provider).member("verdict", reason.verdict);
    json.name("cost");
    if (reason.cost_minor) {
      json.integer(*reason.cost_minor);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
  if (!waiting_for.empty()) json.member("waiting_for", waiting_for);
  json.end_object();
}

}  // namespace

std::string payment_json(const Payment& payment) {
  JsonWriter json;
  write_payment(json, payment);
  return json.take();
}

std::string routing_json(const PaymentRouting& routing) {
  const Payment& payment = routing.payment;
  JsonWriter json;
  json.begin_object().member("payment_id", payment.saga.id.to_string());
  json.name("decisions").begin_array();
  for (std::size_t index = 0; index < payment.saga.legs.size(); ++index) {
    for (const engine::Decision& decision : payment.saga.legs[index].decisions) {
      write_decision(json, payment.saga, index, decision);
    }
  }
  if (const auto& now = routing.outlook) {
    write_decision(json, payment.saga, now->leg, now->decision, now->waiting_for);
  }
  json.end_array().end_object();
  return json.take();
}

net::Page payments_page(const std::vector<Payment>& payments, std::size_t limit) {
  JsonWriter json;
  json.begin_array();
  std::size_t shown = 0;
  while (shown < std::min(limit, payments.size()) && json.size() < kFullPage) {
    write_payment(json, payments[shown++]);
  }
  json.end_array();
  net::Page page{.items = json.take(), .next = {}};
  if (shown > 0 && shown < payments.size()) {
    const Saga& last = payments[shown - 1].saga;
    page.next = {last.created_at, last.id};
  }
  return page;
}

std::string summary_json(const Summary& summary, Currency currency) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [processor, total] : summary) {
    json.name(processor).begin_object().member("totalRequests", total.requests);
    json.name("totalAmount")
        .raw(print_decimal(total.amount_minor, minor_digits(currency)))
        .end_object();
  }
  json.end_object();
  return json.take();
}

}  // namespace remit::payments
