#include "remit/sandbox/transfer_book.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace remit::sandbox {

namespace {

using Presence = net::FieldReader::Presence;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::string_view, 3> kStatuses = {"PENDING", "SETTLED", "FAILED"};

std::string transaction_id(const Transfer& transfer) {
  std::string digits = transfer.transfer_id.to_string();
  std::erase(digits, '-');
  return "tx_" + digits;
}

/// An amount and its currency, of "source" or "target".
std::optional<Money> read_money(net::FieldReader& fields, const std::string& side) {
  const std::optional<std::int64_t> amount = fields.integer(side + "_amount", 0, kNoLimit);
  const std::optional<std::string> name = fields.text(side + "_currency", 3, 4);
  const std::optional<Currency> currency = name ? parse_currency(*name) : std::nullopt;
  if (!amount || !currency) return std::nullopt;
  return Money{*amount, *currency};
}

std::optional<Timestamp> read_time(net::FieldReader& fields, std::string_view name) {
  const auto time = parse_timestamp(fields.text(name, 0, 40, Presence::optional).value_or(""));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

std::string_view to_string(Transfer::Status status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}

void write_members(net::JsonWriter& out, const Transfer& transfer) {
  const bool is_settled = transfer.status == Transfer::Status::settled;
  const bool is_failed = transfer.status == Transfer::Status::failed;
  const TransferOrder& order = transfer.order;
  out.member("transfer_id", transfer.transfer_id.to_string())
      .member("operation_id", transfer.operation_id.to_string())
      .member("kind", order.direction)
      .member("status", to_string(transfer.status))
      .member("poll_count", transfer.poll_count)
      .member_or_null("tx_id", is_settled ? transaction_id(transfer) : "")
      .member_or_null("failure_reason", is_failed ? "the receiving bank refused the transfer" : "")
      .member_or_null("settled_at", transfer.settled_at ? to_rfc3339(*transfer.settled_at) : "")
      .member("direction", order.direction)
      .member("source_amount", order.source.minor)
      .member("source_currency", remit::to_string(order.source.currency))
      .member("target_amount", order.target.minor)
      .member("target_currency", remit::to_string(order.target.currency))
      .member("account", order.account)
      .member("payment_id", order.payment_id)
      .member_or_null("refund_of", transfer.refund_of ? transfer.refund_of->to_string() : "")
      .member("created_at", to_rfc3339(transfer.created_at));
}

std::string to_record(const Transfer& transfer) {
  net::JsonWriter out;
  write_members(out.begin_object(), transfer);
  out.member("polls_to_settle", transfer.polls_to_settle).member("will_fail", transfer.will_fail);
  return out.end_object().take();
}

std::optional<Transfer> transfer_from_record(const net::JsonValue& record) {
  net::FieldReader fields(record);
  const std::optional<Uuid> id = fields.uuid("transfer_id");
  const std::optional<Uuid> operation = fields.uuid("operation_id");
  const std::optional<Money> source = read_money(fields, "source");
  const std::optional<Money> target = read_money(fields, "target");
  const std::optional<Timestamp> created_at = read_time(fields, "created_at");
  const std::string status = fields.text("status", 1, 20).value_or("");
  const auto status_at = std::ranges::find(kStatuses, status);
  Transfer transfer;
  transfer.order.direction = fields.text("direction", 1, 20).value_or("");
  transfer.order.account = fields.text("account", 0, 1000).value_or("");
  transfer.order.payment_id = fields.text("payment_id", 0, 1000).value_or("");
  transfer.refund_of = fields.uuid("refund_of", Presence::optional);
  transfer.poll_count = fields.integer("poll_count", 0, kNoLimit).value_or(0);
  transfer.polls_to_settle = fields.integer("polls_to_settle", 1, kNoLimit).value_or(1);
  transfer.will_fail = fields.boolean("will_fail").value_or(false);
  transfer.settled_at = read_time(fields, "settled_at");
  if (!fields.ok() || !source || !target || !created_at || status_at == kStatuses.end()) {
    return std::nullopt;
  }
  transfer.transfer_id = *id;
  transfer.operation_id = *operation;
  transfer.order.source = *source;
  transfer.order.target = *target;
  transfer.status = static_cast<Transfer::Status>(status_at - kStatuses.begin());
  transfer.created_at = *created_at;
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
