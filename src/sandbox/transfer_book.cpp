#include "remit/sandbox/transfer_book.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "object_text.hpp"
#include "sim_answers.hpp"

namespace remit::sandbox {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::array kStatuses = {Transfer::Status::pending, Transfer::Status::settled,
                                  Transfer::Status::failed};

std::string transaction_id(const Transfer& transfer) {
  std::string digits = transfer.transfer_id.to_string();
  std::erase(digits, '-');
  return "tx_" + digits;
}

std::int64_t to_count(Timestamp time) { return time.time_since_epoch().count(); }

std::optional<Money> read_money(net::FieldReader& fields, std::string_view amount_name,
                                std::string_view currency_name) {
  const std::optional<std::int64_t> amount = fields.integer(amount_name, 0, kNoLimit);
  const std::optional<std::string> currency = fields.text(currency_name, 3, 4);
  if (!amount || !currency) return std::nullopt;
  const std::optional<Currency> parsed = parse_currency(*currency);
  if (!parsed) return std::nullopt;
  return Money{*amount, *parsed};
}

}  // namespace

std::string_view to_string(Transfer::Status status) {
  switch (status) {
    case Transfer::Status::pending:
      return "PENDING";
    case Transfer::Status::settled:
      return "SETTLED";
    case Transfer::Status::failed:
      return "FAILED";
  }
  return "PENDING";
}

std::string to_json(const Transfer& transfer) {
  const bool is_settled = transfer.status == Transfer::Status::settled;
  const bool is_failed = transfer.status == Transfer::Status::failed;
  ObjectText object;
  object.text("transfer_id", transfer.transfer_id.to_string())
      .text("operation_id", transfer.operation_id.to_string())
      .text("kind", transfer.order.direction)
      .text("status", to_string(transfer.status))
      .number("poll_count", transfer.poll_count)
      .raw("tx_id", is_settled ? net::quote_json(transaction_id(transfer)) : "null")
      .raw("failure_reason", is_failed ? R"("the receiving bank refused the transfer")" : "null")
      .raw("settled_at",
           transfer.settled_at ? net::quote_json(to_rfc3339(*transfer.settled_at)) : "null")
      .text("direction", transfer.order.direction)
      .number("source_amount", transfer.order.source.minor)
      .text("source_currency", remit::to_string(transfer.order.source.currency))
      .number("target_amount", transfer.order.target.minor)
      .text("target_currency", remit::to_string(transfer.order.target.currency))
      .text("account", transfer.order.account)
      .text("payment_id", transfer.order.payment_id)
      .raw("refund_of",
           transfer.refund_of ? net::quote_json(transfer.refund_of->to_string()) : "null")
      .text("created_at", to_rfc3339(transfer.created_at));
  return object.done();
}

std::string to_record(const Transfer& transfer) {
  ObjectText record;
  record.text("id", transfer.transfer_id.to_string())
      .text("operation", transfer.operation_id.to_string())
      .text("direction", transfer.order.direction)
      .number("source", transfer.order.source.minor)
      .text("source_currency", remit::to_string(transfer.order.source.currency))
      .number("target", transfer.order.target.minor)
      .text("target_currency", remit::to_string(transfer.order.target.currency))
      .text("account", transfer.order.account)
      .text("payment", transfer.order.payment_id)
      .text("status", to_string(transfer.status))
      .number("polls", transfer.poll_count)
      .number("polls_to_settle", transfer.polls_to_settle)
      .number("will_fail", transfer.will_fail ? 1 : 0)
      .number("created", to_count(transfer.created_at));
  if (transfer.refund_of) record.text("refund_of", transfer.refund_of->to_string());
  if (transfer.settled_at) record.number("settled", to_count(*transfer.settled_at));
  return record.done();
}

std::optional<Transfer> transfer_from_record(const net::JsonValue& record) {
  using enum net::FieldReader::Presence;
  net::FieldReader fields(record);
  const std::optional<Uuid> id = read_uuid(fields, "id");
  const std::optional<Uuid> operation = read_uuid(fields, "operation");
  const std::optional<Money> source = read_money(fields, "source", "source_currency");
  const std::optional<Money> target = read_money(fields, "target", "target_currency");
  const std::optional<std::string> status = fields.text("status", 1, 20);
  if (!fields.ok() || !source || !target) return std::nullopt;
  const auto is_named = [&status](Transfer::Status each) { return to_string(each) == *status; };
  const auto known = std::ranges::find_if(kStatuses, is_named);
  if (known == kStatuses.end()) return std::nullopt;

  Transfer transfer;
  transfer.transfer_id = *id;
  transfer.operation_id = *operation;
  transfer.status = *known;
  transfer.order = {.direction = fields.text("direction", 1, 20).value_or(""),
                    .source = *source,
                    .target = *target,
                    .account = fields.text("account", 0, 1000).value_or(""),
                    .payment_id = fields.text("payment", 0, 1000).value_or("")};
  transfer.poll_count = fields.integer("polls", 0, kNoLimit).value_or(0);
  transfer.polls_to_settle = fields.integer("polls_to_settle", 1, kNoLimit).value_or(1);
  transfer.will_fail = fields.integer("will_fail", 0, 1).value_or(0) == 1;
  transfer.created_at = Timestamp(Duration(fields.integer("created", 0, kNoLimit).value_or(0)));
  const std::optional<std::int64_t> settled = fields.integer("settled", 0, kNoLimit, optional);
  if (settled) transfer.settled_at = Timestamp(Duration(*settled));
  if (fields.has("refund_of")) transfer.refund_of = read_uuid(fields, "refund_of");
  if (!fields.ok()) return std::nullopt;
  return transfer;
}

void TransferBook::put(Transfer transfer) {
  Transfer* kept = find(transfer.transfer_id);
  if (kept != nullptr) {
    *kept = std::move(transfer);
  } else {
    transfers_.push_back(std::make_unique<Transfer>(std::move(transfer)));
    kept = transfers_.back().get();
  }
  by_id_[kept->transfer_id] = kept;
  by_operation_[kept->operation_id] = kept;
  if (kept->refund_of) refunds_[*kept->refund_of] = kept;
}

Transfer* TransferBook::find(const Uuid& transfer_id) {
  const auto found = by_id_.find(transfer_id);
  return found == by_id_.end() ? nullptr : found->second;
}

Transfer* TransferBook::find_operation(const Uuid& operation_id) {
  const auto found = by_operation_.find(operation_id);
  return found == by_operation_.end() ? nullptr : found->second;
}

const Transfer* TransferBook::refund_of(const Uuid& transfer_id) const {
  const auto found = refunds_.find(transfer_id);
  if (found == refunds_.end() || found->second->status == Transfer::Status::failed) return nullptr;
  return found->second;
}

}  // namespace remit::sandbox
