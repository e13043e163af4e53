#include "provider_http.hpp"

#include <algorithm>
#include <utility>

#include "remit/base/decimal.hpp"

namespace remit::providers {
namespace {

std::string_view name_of(net::CallError::Kind kind) {
  using Kind = net::CallError::Kind;
  switch (kind) {
    case Kind::no_connection:
      return "no connection";
    case Kind::forbidden_address:
      return "address not allowed";
    case Kind::too_late:
      return "too late to send";
    case Kind::timed_out:
      return "timed out";
    case Kind::broken:
      return "connection broken";
    case Kind::garbage:
      return "not an HTTP answer";
  }
  std::unreachable();
}

std::string describe(const net::CallError& error) {
  std::string text(name_of(error.kind));
  if (!error.detail.empty()) text += ": " + error.detail;
  return text;
}

bool is_problem(const net::Answer& answer) {
  if (!answer.headers.has_media_type("application/problem+json")) return false;
  const auto fields = JsonFields::read(answer.body);
  if (!fields) return false;
  const std::string named = fields->text("type").value_or("");
  return !fields->text("code").value_or("").empty() || (!named.empty() && named != "about:blank");
}

}  // namespace

Reply reply_of(const net::Answer& answer) {
  using Body = Reply::Body;
  if (answer.body.empty()) return {.status = answer.status, .body = Body::none};
  return {.status = answer.status, .body = is_problem(answer) ? Body::problem : Body::other};
}

net::Call make_call(net::Method method, std::string target, std::string body,
                    const CallContext& context) {
  net::Call call;
  call.method = method;
  call.target = std::move(target);
  call.body = std::move(body);
  call.timeout = std::max(std::chrono::milliseconds(1),
                          std::chrono::duration_cast<std::chrono::milliseconds>(context.timeout));
  call.send_before = context.send_before;
  call.trace = context.trace;
  return call;
}

std::optional<JsonFields> JsonFields::read(std::string_view body) {
  Result<net::JsonValue> value = net::parse_json(body);
  if (!value || value->object() == nullptr) return std::nullopt;
  return JsonFields(*std::move(value));
}

const net::JsonValue* JsonFields::find(std::string_view name) const {
  const auto member = value_.object()->find(name);
  return member == value_.object()->end() ? nullptr : &member->second;
}

std::optional<std::string> JsonFields::text(std::string_view name) const {
  const net::JsonValue* const value = find(name);
  if (value == nullptr || value->string() == nullptr) return std::nullopt;
  return *value->string();
}

std::optional<bool> JsonFields::boolean(std::string_view name) const {
  const net::JsonValue* const value = find(name);
  if (value == nullptr || value->boolean() == nullptr) return std::nullopt;
  return *value->boolean();
}

std::optional<std::int64_t> JsonFields::count(std::string_view name) const {
  const net::JsonValue* const value = find(name);
  if (value == nullptr || value->number() == nullptr) return std::nullopt;
  const auto parsed = parse_decimal(value->number()->text, 0);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

const std::string* JsonFields::decimal_text(std::string_view name) const {
  const net::JsonValue* const value = find(name);
  if (value == nullptr) return nullptr;
  return value->number() != nullptr ? &value->number()->text : value->string();
}

std::optional<std::int64_t> JsonFields::decimal(std::string_view name, int scale) const {
  const std::string* const text = decimal_text(name);
  if (text == nullptr) return std::nullopt;
  const auto parsed = parse_decimal(*text, scale);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<std::int64_t> JsonFields::decimal_cut(std::string_view name, int scale) const {
  const std::string* const text = decimal_text(name);
  if (text == nullptr) return std::nullopt;
  const auto parsed = parse_decimal_cut(*text, scale);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<Uuid> JsonFields::uuid(std::string_view name) const {
  const auto value = text(name);
  return value ? Uuid::parse(*value) : std::nullopt;
}

Outcome unanswered_submission(const net::CallError& error) {
  if (error.request_sent) return unanswered_query(error);
  Outcome outcome = make_outcome(Outcome::Status::rejected, describe(error), error.latency);
  outcome.passing = true;
  outcome.not_attempted = true;
  return outcome;
}

Outcome unanswered_query(const net::CallError& error) {
  return make_outcome(Outcome::Status::unknown, describe(error), error.latency);
}

Outcome malformed(const net::Answer& answer, std::string_view what) {
  std::string error = "HTTP " + std::to_string(answer.status) + ", but " + std::string(what);
  // As good as no answer: most likely it did what it speaks of so badly, and may find it only
  // later.
  return make_outcome(Outcome::Status::unknown, std::move(error), answer.latency);
}

std::string describe(const net::Answer& answer) {
  std::string text = "HTTP " + std::to_string(answer.status);
  const auto fields = JsonFields::read(answer.body);
  if (!fields) return text;
  for (const std::string_view name : {"detail", "message", "title", "code"}) {
    if (const auto said = fields->text(name)) return shortened(text + ": " + *said);
  }
  return text;
}

Problem unreachable(const net::CallResult& result) {
  return {kProviderUnreachable, result ? describe(*result) : describe(result.error())};
}

HealthAnswer read_health(const net::CallResult& result) {
  using Kind = HealthAnswer::Kind;
  if (!result) {
    return {.kind = Kind::none,
            .was_sent = result.error().request_sent,
            .detail = describe(result.error())};
  }
  if (result->status == 429) return {.kind = Kind::asked_too_often, .detail = "HTTP 429"};
  const auto fields = result->status == 200 ? JsonFields::read(result->body) : std::nullopt;
  const auto failing = fields ? fields->boolean("failing") : std::nullopt;
  const auto min_response = fields ? fields->count("minResponseTime") : std::nullopt;
  // However long it says: who takes that for nonsense would free what is still on its way.
  if (!failing || !min_response) {
    return {.kind = Kind::unreadable, .detail = describe(*result) + ", not a health report"};
  }
  return {.kind = Kind::report, .report = {*failing, *min_response}};
}

}  // namespace remit::providers
