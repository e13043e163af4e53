#include "endpoint_json.hpp"

#include "remit/net/json_writer.hpp"

namespace remit::webhooks {
namespace {

using net::JsonWriter;

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.name(name).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  json.member_or_null(name, time ? to_rfc3339(*time) : std::string());
}

void write_members(JsonWriter& json, const Endpoint& endpoint) {
  json.member("id", endpoint.id.to_string()).member("url", endpoint.url);
  write_texts(json, "events", endpoint.events);
  json.member("description", endpoint.description).member("mode", to_string(endpoint.mode));
  if (endpoint.max_per_second > 0) {
    json.member("max_per_second", endpoint.max_per_second);
  } else {
    json.name("max_per_second").null();
  }
  write_texts(json, "header_names", endpoint.header_names);
  json.member("signature", to_string(endpoint.signature));
  json.member_or_null("public_key", endpoint.public_key);
  write_time(json, "previous_secret_until", endpoint.previous_until);
  json.member("enabled", endpoint.disabled_reason.empty());
  json.member_or_null("disabled_reason", endpoint.disabled_reason);
  json.member("created_at", to_rfc3339(endpoint.created_at))
      .member("updated_at", to_rfc3339(endpoint.updated_at));
}

}  // namespace

std::string endpoint_json(const Endpoint& endpoint) {
  JsonWriter json;
  json.begin_object();
  write_members(json, endpoint);
  json.end_object();
  return json.take();
}

std::string new_secret_json(const NewSecret& made) {
  JsonWriter json;
  json.begin_object();
  json.member_or_null("secret", made.secret);
  write_members(json, made.endpoint);
  json.end_object();
  return json.take();
}

std::string attempt_json(const Attempt& attempt, bool with_answer) {
  JsonWriter json;
  json.begin_object().member("delivered", attempt.is_delivered());
  if (attempt.status != 0) {
    json.member("status", std::int64_t{attempt.status});
  } else {
    json.name("status").null();
  }
  json.member_or_null("error", attempt.error);
  json.member("latency_ms",
              std::chrono::duration_cast<std::chrono::milliseconds>(attempt.latency).count());
  if (with_answer) json.member("answer", attempt.answer);
  json.end_object();
  return json.take();
}

std::string public_keys_json(const std::vector<PublicKey>& keys) {
  JsonWriter json;
  json.begin_array();
  for (const PublicKey& key : keys) {
    json.begin_object()
        .member("endpoint_id", key.endpoint.to_string())
        .member("public_key", key.text);
    write_time(json, "valid_until", key.valid_until);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

}  // namespace remit::webhooks
