#include "remit/sandbox/chain_operation.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "remit/sandbox/faults.hpp"

namespace remit::sandbox {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::array<std::string_view, 2> kKinds = {"burn", "mint"};
constexpr std::array<std::string_view, 3> kStatuses = {"PENDING", "CONFIRMED", "FAILED"};

}  // namespace

std::string ChainOperation::tx_hash() const {
  std::string hash = "0x";
  for (std::uint64_t part = 0; part < 4; ++part) {
    std::uint64_t bits = mix_seed(part, operation_id.to_string());
    for (int digit = 0; digit < 16; ++digit, bits >>= 4U) hash += kHexDigits[bits & 15U];
  }
  return hash;
}

bool ChainOperation::same_order(const ChainOperation& other) const {
  return operation_id == other.operation_id && kind == other.kind && chain == other.chain &&
         user_id == other.user_id && amount == other.amount;
}

std::string_view to_string(ChainOperation::Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(ChainOperation::Status status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}

void write_members(net::JsonWriter& out, const ChainOperation& operation) {
  out.member("operation_id", operation.operation_id.to_string())
      .member("kind", to_string(operation.kind))
      .member("chain", operation.chain)
      .member("tx_hash", operation.tx_hash())
      .member("status", to_string(operation.status))
      .member("confirmations", operation.confirmations)
      .member("asset", "USDC")
      .member("user_id", operation.user_id)
      .member("amount", operation.amount)
      .member("created_at", to_rfc3339(operation.created_at));
}

std::string to_record(const ChainOperation& operation) {
  net::JsonWriter out;
  write_members(out.begin_object(), operation);
  out.member("needed", operation.confirmations_needed).member("will_fail", operation.will_fail);
  return out.end_object().take();
}

std::optional<ChainOperation> operation_from_record(const net::JsonValue& record) {
  net::FieldReader fields(record);
  const std::optional<Uuid> id = fields.uuid("operation_id");
  const std::string kind = fields.text("kind", 4, 4).value_or("");
  const std::string status = fields.text("status", 1, 20).value_or("");
  const auto created_at = parse_timestamp(fields.text("created_at", 1, 40).value_or(""));
  ChainOperation operation;
  operation.chain = fields.text("chain", 1, 100).value_or("");
  operation.user_id = fields.text("user_id", 1, 200).value_or("");
  operation.amount = fields.integer("amount", 1, kNoLimit).value_or(0);
  operation.confirmations = fields.integer("confirmations", 0, kNoLimit).value_or(0);
  operation.confirmations_needed = fields.integer("needed", 1, kNoLimit).value_or(1);
  operation.will_fail = fields.boolean("will_fail").value_or(false);
  const auto kind_at = std::ranges::find(kKinds, kind);
  const auto status_at = std::ranges::find(kStatuses, status);
  if (!fields.ok() || !created_at || kind_at == kKinds.end() || status_at == kStatuses.end()) {
    return std::nullopt;
  }
  operation.operation_id = *id;
  operation.kind = static_cast<ChainOperation::Kind>(kind_at - kKinds.begin());
  operation.status = static_cast<ChainOperation::Status>(status_at - kStatuses.begin());
  operation.created_at = *created_at;
  return operation;
}

}  // namespace remit::sandbox
