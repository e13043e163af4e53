#include "sim_answers.hpp"

#include <utility>

#include "contest_json.hpp"

namespace remit::sandbox {
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

net::Response no_content() {
  net::Response response;
  response.status = 204;
  return response;
}

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
  const std::optional<Uuid> operation_id = fields.uuid("operation_id");
  if (!fields.ok()) return fail(fields.problem());
  if (*operation_id != *key) {
    return fail(kValidationError, "Idempotency-Key and operation_id must be the same");
  }
  return *key;
}

}  // namespace remit::sandbox
