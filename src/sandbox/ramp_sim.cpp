#include "remit/sandbox/ramp_sim.hpp"

#include <utility>

#include "remit/net/json_writer.hpp"
#include "sim_answers.hpp"
#include "sim_routes.hpp"

namespace remit::sandbox {

namespace {

constexpr ProblemCode kNotSettled{"NOT_SETTLED", 409, "The transfer has not settled"};
constexpr ProblemCode kAlreadyRefunded{"ALREADY_REFUNDED", 409, "The transfer was given back"};
constexpr ProblemCode kWrongDirection{"WRONG_DIRECTION", 422, "The ramp goes the other way"};

std::optional<Currency> read_currency(net::FieldReader& fields, std::string_view name) {
  const std::optional<std::string> text = fields.text(name, 1, 10);
  if (!text) return std::nullopt;
  const std::optional<Currency> currency = parse_currency(*text);
  if (!currency) fields.add_error(name, "is not a currency of this provider");
  return currency;
}

std::string short_answer(const Transfer& transfer) {
  net::JsonWriter out;
  out.begin_object()
      .member("transfer_id", transfer.transfer_id.to_string())
      .member("operation_id", transfer.operation_id.to_string())
      .member("status", to_string(transfer.status))
      .end_object();
  return out.take();
}

void write_transfer(net::JsonWriter& out, const Transfer& transfer) {
  write_members(out.begin_object(), transfer);
  out.end_object();
}

}  // namespace

RampSim::RampSim(SimContext context, RampTerms terms) : Sim(std::move(context)), terms_(terms) {}

void RampSim::add_routes(const std::shared_ptr<RampSim>& self, net::Router& router) {
  using enum net::Method;
  SimRoutes<RampSim>(self, router)
      .add(post, "/transfers", Access::work, &RampSim::create)
      .add(get, "/transfers", Access::query, &RampSim::find)
      .add(get, "/transfers/{transfer_id}", Access::query, &RampSim::show)
      .add(post, "/transfers/{transfer_id}/refund", Access::work, &RampSim::refund)
      .add(get, "/health", Access::control, &RampSim::health)
      .add(get, "/fees", Access::query, &RampSim::fees)
      .add(get, "/settlement-report", Access::query, &RampSim::settlement_report)
      .add(get, "/admin/books", Access::control, &RampSim::books)
      .add_faults();
}

Result<TransferOrder> RampSim::read_order(const net::JsonValue& body) const {
  using enum net::FieldReader::Presence;
  net::FieldReader fields(body);
  const std::optional<std::string> direction = fields.text("direction", 1, 20);
  const std::optional<std::int64_t> source = fields.integer("source_amount", 1, kMaxSimAmount);
  const std::optional<std::int64_t> target = fields.integer("target_amount", 1, kMaxSimAmount);
  const std::optional<Currency> from = read_currency(fields, "source_currency");
  const std::optional<Currency> to = read_currency(fields, "target_currency");
  const std::optional<std::string> account = fields.text("account", 1, 200);
  const std::optional<std::string> payment_id = fields.text("payment_id", 0, 100, optional);
  if (!fields.ok()) return fail(fields.problem());
  if (*direction != terms_.direction) {
    return fail(kWrongDirection, "this provider does " + std::string(terms_.direction) + " only");
  }
  return TransferOrder{.direction = *direction,
                       .source = {*source, *from},
                       .target = {*target, *to},
                       .account = *account,
                       .payment_id = payment_id.value_or("")};
}

Result<net::Response> RampSim::create(const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const Result<Uuid> operation_id = read_operation_id(request, *body);
  if (!operation_id) return fail(operation_id.error());
  Result<TransferOrder> order = read_order(*body);
  if (!order) return fail(order.error());
  return accept(*operation_id, std::move(*order), std::nullopt);
}

Result<net::Response> RampSim::refund(const net::Request& request) {
  const Result<Uuid> key = read_key(request);
  if (!key) return fail(key.error());
  const std::optional<Uuid> id = Uuid::parse(request.path_parameter("transfer_id"));
  const Transfer* transfer = id ? book_.find(*id) : nullptr;
  if (transfer == nullptr) return fail(kNotFound, "there is no such transfer");
  TransferOrder order{.direction = "refund",
                      .source = transfer->order.target,
                      .target = transfer->order.source,
                      .account = transfer->order.account,
                      .payment_id = transfer->order.payment_id};
  const bool is_repeated = book_.find_operation(*key) != nullptr;
  if (!is_repeated && (transfer->refund_of || transfer->status != Transfer::Status::settled)) {
    return fail(kNotSettled, "only a settled transfer can be given back");
  }
  if (!is_repeated && book_.refund_of(*id) != nullptr) {
    return fail(kAlreadyRefunded, "it was given back under another key");
  }
  return accept(*key, std::move(order), id);
}

Result<net::Response> RampSim::accept(const Uuid& operation_id, TransferOrder order,
                                      std::optional<Uuid> refund_of) {
  if (const Transfer* known = book_.find_operation(operation_id)) {
    if (known->order == order && known->refund_of == refund_of) {
      return net::json_response(200, short_answer(*known));
    }
    return fail(kKeyReused, "the operation was sent before with another content");
  }
  const std::string nth = context_.name + "#" + std::to_string(book_.all().size());
  Transfer transfer;
  transfer.transfer_id = SeededUuidSource(mix_seed(context_.seed, nth)).next();
  transfer.operation_id = operation_id;
  transfer.order = std::move(order);
  transfer.refund_of = refund_of;
  transfer.polls_to_settle = faults_.draw_polls_to_settle();
  transfer.will_fail = faults_.happens(faults_.settings().fail_settlement_per_million);
  transfer.created_at = context_.clock.now();
  if (const Result<void> kept = keep(to_record(transfer)); !kept) return fail(kept.error());
  net::Response answer = net::json_response(202, short_answer(transfer));
  book_.put(std::move(transfer));
  hide(operation_id);
  return answer;
}

Result<net::Response> RampSim::poll(Transfer& transfer) {
  Transfer next = transfer;
  ++next.poll_count;
  const bool is_due = next.status == Transfer::Status::pending &&
                      next.poll_count >= next.polls_to_settle && !faults_.settings().stuck;
  if (is_due) {
    next.status = next.will_fail ? Transfer::Status::failed : Transfer::Status::settled;
    if (!next.will_fail) next.settled_at = context_.clock.now();
  }
  // After it has ended a poll is only counted: the state file need not grow with it.
  if (transfer.status == Transfer::Status::pending) {
    if (const Result<void> kept = keep(to_record(next)); !kept) return fail(kept.error());
  }
  transfer = std::move(next);
  net::JsonWriter out;
  write_transfer(out, transfer);
  return net::json_response(200, out.take());
}

Result<net::Response> RampSim::show(const net::Request& request) {
  const std::optional<Uuid> id = Uuid::parse(request.path_parameter("transfer_id"));
  Transfer* transfer = id ? book_.find(*id) : nullptr;
  if (transfer == nullptr || is_hidden(transfer->operation_id)) {
    return fail(kNotFound, "there is no such transfer");
  }
  return poll(*transfer);
}

Result<net::Response> RampSim::find(const net::Request& request) {
  const std::optional<std::string_view> text = request.query_value("operation_id");
  if (!text) return fail(kValidationError, "operation_id is required");
  const std::optional<Uuid> id = Uuid::parse(*text);
  Transfer* transfer = id ? book_.find_operation(*id) : nullptr;
  if (transfer == nullptr || is_hidden(*id)) {
    return fail(kNotFound, "the operation was never received");
  }
  return poll(*transfer);
}

Result<net::Response> RampSim::fees(const net::Request&) {
  net::JsonWriter out;
  out.begin_object()
      .member("percent", terms_.fee_percent)
      .member("fixed", terms_.fee_fixed_minor)
      .member("currency", "USD")
      .end_object();
  return net::json_response(200, out.take());
}

net::Response RampSim::list(std::string_view name, const Window& window) const {
  net::JsonWriter out;
  out.begin_object().member("provider", context_.name).name(name).begin_array();
  for (const std::unique_ptr<Transfer>& transfer : book_.all()) {
    if (window.contains(transfer->created_at)) write_transfer(out, *transfer);
  }
  return net::json_response(200, out.end_array().end_object().take());
}

Result<net::Response> RampSim::settlement_report(const net::Request& request) {
  const Result<Window> window = read_window(request);
  if (!window) return fail(window.error());
  return list("transfers", *window);
}

Result<net::Response> RampSim::books(const net::Request&) { return list("records", {}); }

bool RampSim::replay(const net::JsonValue& record) {
  std::optional<Transfer> transfer = transfer_from_record(record);
  if (!transfer) return false;
  if (book_.find(transfer->transfer_id) == nullptr) faults_.skip();
  book_.put(std::move(*transfer));
  return true;
}

}  // namespace remit::sandbox
