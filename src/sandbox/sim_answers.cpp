#include "sim_answers.hpp"

#include <utility>

#include "contest_json.hpp"
#include "object_text.hpp"

namespace remit::sandbox {

net::Response no_content() {
  net::Response response;
  response.status = 204;
  return response;
}

net::Response health_answer(const Faults& faults) {
  ObjectText answer;
  answer.boolean("failing", faults.settings().failing)
      .number("minResponseTime", faults.settings().delay_ms);
  return net::json_response(200, answer.done());
}

Result<net::Response> update_faults(Faults& faults, const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const Result<void> updated = faults.update(*body);
  if (!updated) return fail(updated.error());
  return net::json_response(200, faults.to_json());
}

namespace {

Result<std::optional<Timestamp>> read_bound(const net::Request& request, std::string_view name,
                                            Rounding rounding) {
  const std::optional<std::string_view> text = request.query_value(name);
  if (!text || text->empty()) return std::optional<Timestamp>();
  const std::expected<Timestamp, std::string> time = parse_contest_time(*text, rounding);
  if (time) return std::optional<Timestamp>(*time);
  Problem problem(kValidationError, "a bound of the window is not valid");
  problem.errors.push_back({"?" + std::string(name), time.error()});
  return fail(std::move(problem));
}

}  // namespace

Result<Window> read_window(const net::Request& request) {
  const Result<std::optional<Timestamp>> from = read_bound(request, "from", Rounding::up);
  if (!from) return fail(from.error());
  const Result<std::optional<Timestamp>> to = read_bound(request, "to", Rounding::down);
  if (!to) return fail(to.error());
  return Window{*from, *to};
}

Result<Uuid> read_key(const net::Request& request) {
  const std::optional<std::string_view> text = request.headers.find("Idempotency-Key");
  if (!text) return fail(kMissingHeader, "Idempotency-Key is required");
  const std::optional<Uuid> key = Uuid::parse(*text);
  if (!key) return fail(kValidationError, "Idempotency-Key must be a UUID");
  return *key;
}

Result<Uuid> read_operation_id(const net::Request& request, const net::JsonValue& body) {
  const Result<Uuid> key = read_key(request);
  if (!key) return fail(key.error());
  net::FieldReader fields(body);
  const std::optional<Uuid> operation_id = read_uuid(fields, "operation_id");
  if (!fields.ok()) return fail(fields.problem());
  if (*operation_id != *key) {
    return fail(kValidationError, "Idempotency-Key and operation_id must be the same");
  }
  return *key;
}

std::optional<bool> read_boolean(net::FieldReader& fields, const net::JsonValue& body,
                                 std::string_view name) {
  const net::JsonObject* object = body.object();
  if (object == nullptr) return std::nullopt;
  const auto found = object->find(name);
  if (found == object->end() || found->second.is_null()) return std::nullopt;
  const bool* value = found->second.boolean();
  if (value == nullptr) {
    fields.add_error(name, "must be true or false");
    return std::nullopt;
  }
  return *value;
}

std::optional<Uuid> read_uuid(net::FieldReader& fields, std::string_view name) {
  const std::optional<std::string> text = fields.text(name, 1, 100);
  if (!text) return std::nullopt;
  const std::optional<Uuid> id = Uuid::parse(*text);
  if (!id) fields.add_error(name, "must be a UUID");
  return id;
}

}  // namespace remit::sandbox
