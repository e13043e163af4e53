#include "remit/sandbox/processor_sim.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "contest_json.hpp"
#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"
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
  net::JsonWriter line;
  line.begin_object()
      .member("id", charge.id.to_string())
      .member("amount", charge.record.amount_minor)
      .member("at", charge.record.requested_at.time_since_epoch().count())
      .end_object();
  return line.take();
}

std::string amount_text(const PaymentRecord& record) {
  return print_decimal(record.amount_minor, kMinorDigits);
}

/// What a change of a setting is answered with; both values are JSON.
net::Response changed(std::string_view setting, const std::string& was, const std::string& is) {
  net::JsonWriter out;
  out.begin_object().member("config", setting).raw_member("was", was).raw_member("is", is);
  return net::json_response(200, out.end_object().take());
}

Result<Charge> read_charge(const net::Request& request) {
  const Result<net::JsonValue> sent = request.json();
  if (!sent) return fail(sent.error());
  const net::JsonValue body = spelt_as(*sent, {"correlationId", "amount", "requestedAt"});
  net::FieldReader fields(body);
  const std::optional<Uuid> id = fields.uuid("correlationId");
  const std::optional<std::string> amount_text = fields.number_or_text("amount");
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
    : Sim(std::move(context), {.failing = 500, .rejected = 429, .is_bare = true}),
      fee_percent_(fee_percent),
      slots_(context_.alarms) {}

void ProcessorSim::add_routes(const std::shared_ptr<ProcessorSim>& self, net::Router& router) {
  using enum net::Method;
  SimRoutes<ProcessorSim>(self, router)
      .add(post, "/payments", Access::work, &ProcessorSim::charge)
      .add(get, "/payments/service-health", Access::control, &ProcessorSim::health_in_turn)
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
  if (const Result<void> kept = keep(line); !kept) return fail(kept.error());
  book_.add(charge->id, charge->record);
  hide(charge->id);
  return net::json_response(200, R"({"message":"payment processed successfully"})");
}

Task<Result<net::Response>> ProcessorSim::health_in_turn(net::Request request) {
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
  co_return health(request);
}

Result<net::Response> ProcessorSim::show(const net::Request& request) {
  const std::optional<Uuid> id = Uuid::parse(request.path_parameter("correlationId"));
  const PaymentRecord* record = id ? book_.find(*id) : nullptr;
  if (record == nullptr || is_hidden(*id)) return bare_answer(404);
  net::JsonWriter out;
  out.begin_object()
      .member("correlationId", id->to_string())
      .raw_member("amount", amount_text(*record))
      .member("requestedAt", to_rfc3339(record->requested_at))
      .end_object();
  return net::json_response(200, out.take());
}

bool ProcessorSim::is_admin(const net::Request& request) const {
  return request.headers.find("X-Rinha-Token") == std::string_view(token_);
}

Result<net::Response> ProcessorSim::summary(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<Window> window = read_window(request);
  if (!window) return fail(window.error());
  const PaymentTotals totals = book_.totals(window->from, window->to);
  const std::int64_t fee = totals.amount_minor * fee_percent_;
  net::JsonWriter out;
  out.begin_object()
      .member("totalRequests", totals.count)
      .raw_member("totalAmount", print_decimal(totals.amount_minor, kMinorDigits))
      .raw_member("totalFee", print_decimal_shortest(fee, kMinorDigits + 2))
      .raw_member("feePerTransaction", print_decimal_shortest(fee_percent_, 2))
      .end_object();
  return net::json_response(200, out.take());
}

Result<net::Response> ProcessorSim::purge(const net::Request& request) {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  if (const Result<void> kept = keep(R"({"purge":1})"); !kept) return fail(kept.error());
  book_.clear();
  return net::json_response(200, R"({"message":"All payments purged."})");
}

Result<net::Response> ProcessorSim::books(const net::Request&) {
  net::JsonWriter out;
  out.begin_object().member("provider", name()).name("records").begin_array();
  for (const auto& [id, record] : book_.records()) {
    out.begin_object()
        .member("operation_id", id.to_string())
        .member("kind", "charge")
        .member("status", "SETTLED")
        .raw_member("amount", amount_text(record))
        .member("requested_at", to_rfc3339(record.requested_at))
        .end_object();
  }
  out.end_array();
  out.name("health_calls")
      .begin_object()
      .member("in_turn", health_calls_.in_turn)
      .member("held", health_calls_.held)
      .member("refused", health_calls_.refused)
      .end_object();
  return net::json_response(200, out.end_object().take());
}

bool ProcessorSim::replay(const net::JsonValue& record) {
  net::FieldReader fields(record);
  if (fields.has("purge")) {
    book_.clear();
    return true;
  }
  const std::optional<Uuid> id = fields.uuid("id");
  const std::optional<std::int64_t> amount = fields.integer("amount", 1, kMaxSimAmount);
  const std::optional<std::int64_t> at = fields.integer("at", INT64_MIN, INT64_MAX);
  if (!fields.ok()) return false;
  return book_.add(*id, {*amount, Timestamp(Duration(*at))});
}

Result<net::JsonValue> ProcessorSim::read_setting(const net::Request& request,
                                                  std::string_view name) const {
  if (!is_admin(request)) return fail(kUnauthorized, "X-Rinha-Token");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  return spelt_as(*body, {name});
}

Result<net::Response> ProcessorSim::configure_delay(const net::Request& request) {
  const Result<net::JsonValue> body = read_setting(request, "delay");
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<std::int64_t> delay = fields.integer("delay", 0, kMaxDelayMs);
  if (!fields.ok()) return fail(fields.problem());
  FaultSettings settings = faults_.settings();
  const std::int64_t was = std::exchange(settings.delay_ms, *delay);
  faults_.set(settings);
  return changed("delay", std::to_string(was), std::to_string(*delay));
}

Result<net::Response> ProcessorSim::configure_failure(const net::Request& request) {
  const Result<net::JsonValue> body = read_setting(request, "failure");
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<bool> failure = fields.boolean("failure");
  if (!fields.ok()) return fail(fields.problem());
  FaultSettings settings = faults_.settings();
  const bool was = std::exchange(settings.failing, *failure);
  faults_.set(settings);
  return changed("failure", was ? "true" : "false", *failure ? "true" : "false");
}

Result<net::Response> ProcessorSim::configure_token(const net::Request& request) {
  const Result<net::JsonValue> body = read_setting(request, "token");
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  std::optional<std::string> token = fields.text("token", 1, 200);
  if (!fields.ok()) return fail(fields.problem());
  token_ = std::move(*token);
  return no_content();
}

}  // namespace remit::sandbox
