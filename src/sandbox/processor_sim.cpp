#include "remit/sandbox/processor_sim.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "contest_json.hpp"
#include "object_text.hpp"
#include "remit/base/decimal.hpp"
#include "sim_answers.hpp"
#include "sim_routes.hpp"

namespace remit::sandbox {

namespace {

constexpr int kMinorDigits = 2;
constexpr std::int64_t kMaxDelayMs = 3'600'000;
constexpr ProblemCode kAlreadyRecorded{"ALREADY_RECORDED", 422, "The payment is recorded already"};
constexpr ProblemCode kTooMany{"TOO_MANY_REQUESTS", 429, "There are too many requests"};
constexpr ProblemCode kUnauthorized{"UNAUTHORIZED", 401, "The token is missing or wrong"};

class Slot {
 public:
  explicit Slot(PaymentSlots& slots) : slots_(slots) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { slots_.release(); }

 private:
  PaymentSlots& slots_;
};

struct Charge {
  Uuid id;
  PaymentRecord record;
};

/// The journal's form of a payment.
std::string to_line(const Charge& charge) {
  ObjectText line;
  line.text("id", charge.id.to_string())
      .number("amount", charge.record.amount_minor)
      .number("at", charge.record.requested_at.time_since_epoch().count());
  return line.done();
}

/// A number, or a text that holds one.
std::optional<std::string> read_amount(net::FieldReader& fields, const net::JsonValue& body) {
  const net::JsonObject* object = body.object();
  const auto found = object == nullptr ? net::JsonObject::const_iterator() : object->find("amount");
  const bool is_text =
      object != nullptr && found != object->end() && found->second.string() != nullptr;
  return is_text ? fields.text("amount", 1, 64) : fields.number_text("amount");
}

/// What a change of a setting is answered with; both values are JSON.
net::Response changed(std::string_view setting, const std::string& was, const std::string& is) {
  ObjectText answer;
  answer.text("config", setting).raw("was", was).raw("is", is);
  return net::json_response(200, answer.done());
}

Result<Charge> read_charge(const net::Request& request) {
  const Result<net::JsonValue> sent = request.json();
  if (!sent) return fail(sent.error());
  const net::JsonValue body = spelt_as(*sent, {"correlationId", "amount", "requestedAt"});
  net::FieldReader fields(body);
  const std::optional<Uuid> id = read_uuid(fields, "correlationId");
  const std::optional<std::string> amount_text = read_amount(fields, body);
  const std::optional<std::string> time_text = fields.text("requestedAt", 1, 64);
  if (!fields.ok()) return fail(fields.problem());
  const std::expected<std::int64_t, std::string> amount = parse_cents(*amount_text);
  if (!amount) fields.add_error("amount", amount.error());
  if (amount && (*amount <= 0 || *amount > kMaxSimAmount)) {
    fields.add_error("amount", "must be above 0 and at most 10000000000");
  }
  const std::expected<Timestamp, std::string> time = parse_contest_time(*time_text);
  if (!time) fields.add_error("requestedAt", time.error());
  if (!fields.ok()) return fail(fields.problem());
  return Charge{*id, {*amount, *time}};
}

}  // namespace

ProcessorSim::ProcessorSim(SimContext context, std::int64_t fee_percent)
    : context_(std::move(context)),
      fee_percent_(fee_percent),
      faults_(context_.seed, context_.name),
      gate_(faults_, *context_.pauses, {.failing = 500, .rejected = 429, .is_bare = true}),
      hidden_(context_.clock, faults_),
      slots_(context_.alarms) {}

void ProcessorSim::add_routes(const std::shared_ptr<ProcessorSim>& self, net::Router& router) {
  using enum net::Method;
  SimRoutes<ProcessorSim>(self, &self->gate_, router)
      .add_long(post, "/payments", Access::work, &ProcessorSim::charge)
      .add_long(get, "/payments/service-health", Access::control, &ProcessorSim::health)
      .add(get, "/payments/{correlationId}", Access::query, &ProcessorSim::show)
      .add(get, "/admin/payments-summary", Access::control, &ProcessorSim::summary)
      .add(put, "/admin/configurations/delay", Access::control, &ProcessorSim::configure_delay)
      .add(put, "/admin/configurations/failure", Access::control, &ProcessorSim::configure_failure)
      .add(put, "/admin/configurations/token", Access::control, &ProcessorSim::configure_token)
      .add(post, "/admin/purge-payments", Access::control, &ProcessorSim::purge)
      .add(get, "/admin/books", Access::control, &ProcessorSim::books)
      .add_faults();
}

Task<Result<net::Response>> ProcessorSim::charge(net::Request request) {
  const bool has_slot = co_await slots_.acquire();
  if (!has_slot) co_return fail(kTooMany, "too many payments are being processed");
  const Slot slot(slots_);
  const std::string request_id = request.trace.request_id;
  std::optional<net::Response> instead = co_await gate_.enter(Access::work, request_id);
  if (instead) co_return std::move(*instead);
  net::Response response = net::response_of(record(request), request_id);
  co_return gate_.leave(Access::work, std::move(response));
}

Result<net::Response> ProcessorSim::record(const net::Request& request) {
  const Result<Charge> charge = read_charge(request);
  if (!charge) return fail(charge.error());
  if (book_.find(charge->id) != nullptr) {
    return fail(kAlreadyRecorded, "this correlationId is recorded already");
  }
  std::string line;
  if (context_.journal->keeps()) line = to_line(*charge);
  if (!context_.journal->append(context_.name, line)) {
    return fail(kNotKept, "nothing was recorded");
  }
  book_.add(charge->id, charge->record);
  hidden_.accepted(charge->id);
  return net::json_response(200, R"({"message":"payment processed successfully"})");
}

Task<Result<net::Response>> ProcessorSim::health(net::Request request) {
  const std::optional<Duration> turn = health_turns_.admit(context_.clock.monotonic());
  ++(!turn                      ? health_calls_.refused
     : *turn > Duration::zero() ? health_calls_.held
                                : health_calls_.in_turn);
  if (!turn) {
    Problem refusal(kTooMany, "one call per 5 seconds");
    refusal.retry_after = std::chrono::seconds(5);
    co_return fail(refusal);
  }
  const Duration held = *turn;
  const bool has_come = co_await context_.pauses->wait(held);
  if (!has_come) co_return no_answer();
  co_return health_answer(faults_);
}

Result<net::Response> ProcessorSim::show(const net::Request& request) {
  const std::optional<Uuid> id = Uuid::parse(request.path_parameter("correlationId"));
  const PaymentRecord* record = id ? book_.find(*id) : nullptr;
  if (record == nullptr || hidden_.hides(*id)) return bare_answer(404);
  ObjectText answer;
  answer.text("correlationId", id->to_string())
      .raw("amount", print_decimal(record->amount_minor, kMinorDigits))
      .text("requestedAt", to_rfc3339(record->requested_at));
  return net::json_response(200, answer.done());
}

bool ProcessorSim::is_admin(const net::Request& request) const {
  return request.headers.find("X-Rinha-Token") == std::string_view(token_);
}

Result<net::Response> ProcessorSim::summary(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<Window> window = read_window(request);
  if (!window) return fail(window.error());
  const PaymentTotals totals = book_.totals(window->from, window->to);
  ObjectText answer;
  answer.number("totalRequests", totals.count)
      .raw("totalAmount", print_decimal(totals.amount_minor, kMinorDigits))
      .raw("totalFee", print_decimal_shortest(totals.amount_minor * fee_percent_, kMinorDigits + 2))
      .raw("feePerTransaction", print_decimal_shortest(fee_percent_, 2));
  return net::json_response(200, answer.done());
}

Result<net::Response> ProcessorSim::purge(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  if (!context_.journal->append(context_.name, R"({"purge":1})")) {
    return fail(kNotKept, "nothing was purged");
  }
  book_.clear();
  return net::json_response(200, R"({"message":"All payments purged."})");
}

Result<net::Response> ProcessorSim::books(const net::Request&) {
  std::string records;
  for (const auto& [id, record] : book_.records()) {
    ObjectText line;
    line.text("operation_id", id.to_string())
        .text("kind", "charge")
        .text("status", "SETTLED")
        .raw("amount", print_decimal(record.amount_minor, kMinorDigits))
        .text("requested_at", to_rfc3339(record.requested_at));
    records += records.empty() ? "" : ",";
    records += line.done();
  }
  ObjectText calls;
  calls.number("in_turn", health_calls_.in_turn)
      .number("held", health_calls_.held)
      .number("refused", health_calls_.refused);
  ObjectText answer;
  answer.text("provider", context_.name)
      .raw("records", "[" + records + "]")
      .raw("health_calls", calls.done());
  return net::json_response(200, answer.done());
}

bool ProcessorSim::replay(const net::JsonValue& record) {
  net::FieldReader fields(record);
  if (fields.has("purge")) {
    book_.clear();
    return true;
  }
  const std::optional<Uuid> id = read_uuid(fields, "id");
  const std::optional<std::int64_t> amount = fields.integer("amount", 1, kMaxSimAmount);
  const std::optional<std::int64_t> at = fields.integer("at", INT64_MIN, INT64_MAX);
  if (!fields.ok()) return false;
  return book_.add(*id, {*amount, Timestamp(Duration(*at))});
}

Result<net::Response> ProcessorSim::configure_delay(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const net::JsonValue members = spelt_as(*body, {"delay"});
  net::FieldReader fields(members);
  const std::optional<std::int64_t> delay = fields.integer("delay", 0, kMaxDelayMs);
  if (!fields.ok()) return fail(fields.problem());
  FaultSettings settings = faults_.settings();
  const std::int64_t was = std::exchange(settings.delay_ms, *delay);
  faults_.set(settings);
  return changed("delay", std::to_string(was), std::to_string(*delay));
}

Result<net::Response> ProcessorSim::configure_failure(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const net::JsonValue members = spelt_as(*body, {"failure"});
  net::FieldReader fields(members);
  const std::optional<bool> failure = read_boolean(fields, members, "failure");
  if (!failure && fields.ok()) fields.add_error("failure", "is required");
  if (!fields.ok()) return fail(fields.problem());
  FaultSettings settings = faults_.settings();
  const bool was = std::exchange(settings.failing, *failure);
  faults_.set(settings);
  return changed("failure", was ? "true" : "false", *failure ? "true" : "false");
}

Result<net::Response> ProcessorSim::configure_token(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const net::JsonValue members = spelt_as(*body, {"token"});
  net::FieldReader fields(members);
  std::optional<std::string> token = fields.text("token", 1, 200);
  if (!fields.ok()) return fail(fields.problem());
  token_ = std::move(*token);
  return no_content();
}

}  // namespace remit::sandbox
