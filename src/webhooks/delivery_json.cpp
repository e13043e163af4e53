#include "delivery_json.hpp"

#include "remit/net/json_writer.hpp"
#include "remit/outbox/fact.hpp"

namespace remit::webhooks {
namespace {

std::string text_of(const std::optional<Timestamp>& time) {
  return time ? to_rfc3339(*time) : std::string();
}

}  // namespace

std::string delivery_json(TenantId tenant, const Delivery& delivery, bool with_answer) {
  net::JsonWriter json;
  json.begin_object()
      .member("id", delivery.id.to_string())
      .member("endpoint_id", delivery.endpoint.to_string())
      .member("event_id", outbox::event_id(tenant, delivery.sequence))
      .member("event_type", delivery.event_type)
      .member("sequence", delivery.sequence)
      .member("state", to_string(delivery.state))
      .member("attempts", delivery.attempts);
  json.member_or_null("due_at", text_of(delivery.due_at));
  json.member_or_null("last_attempt_at", text_of(delivery.last_attempt_at));
  if (delivery.last_status) {
    json.member("last_status", *delivery.last_status);
  } else {
    json.name("last_status").null();
  }
  json.member_or_null("last_error", delivery.last_error);
  if (with_answer) json.member_or_null("answer", delivery.answer.value_or(""));
  json.member("created_at", to_rfc3339(delivery.created_at))
      .member("updated_at", to_rfc3339(delivery.updated_at))
      .end_object();
  return json.take();
}

std::string replayed_json(const Replayed& replayed) {
  net::JsonWriter json;
  json.begin_object()
      .member("count", replayed.count)
      .member("last_sequence", replayed.last_seen)
      .member("has_more", replayed.has_more)
      .end_object();
  return json.take();
}

}  // namespace remit::webhooks
