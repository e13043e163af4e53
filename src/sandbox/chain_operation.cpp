#include "remit/sandbox/chain_operation.hpp"

#include <limits>

#include "object_text.hpp"
#include "remit/sandbox/faults.hpp"
#include "sim_answers.hpp"

namespace remit::sandbox {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::optional<ChainOperation::Status> parse_status(std::string_view text) {
  for (const auto each : {ChainOperation::Status::pending, ChainOperation::Status::confirmed,
                          ChainOperation::Status::failed}) {
    if (to_string(each) == text) return each;
  }
  return std::nullopt;
}

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
  return kind == ChainOperation::Kind::burn ? "burn" : "mint";
}

std::string_view to_string(ChainOperation::Status status) {
  switch (status) {
    case ChainOperation::Status::pending:
      return "PENDING";
    case ChainOperation::Status::confirmed:
      return "CONFIRMED";
    case ChainOperation::Status::failed:
      return "FAILED";
  }
  return "PENDING";
}

std::string to_json(const ChainOperation& operation) {
  ObjectText object;
  object.text("operation_id", operation.operation_id.to_string())
      .text("kind", to_string(operation.kind))
      .text("chain", operation.chain)
      .text("tx_hash", operation.tx_hash())
      .text("status", to_string(operation.status))
      .number("confirmations", operation.confirmations)
      .text("asset", "USDC")
      .text("user_id", operation.user_id)
      .number("amount", operation.amount)
      .text("created_at", to_rfc3339(operation.created_at));
  return object.done();
}

std::string to_record(const ChainOperation& operation) {
  ObjectText record;
  record.text("operation", operation.operation_id.to_string())
      .text("kind", to_string(operation.kind))
      .text("chain", operation.chain)
      .text("user", operation.user_id)
      .number("amount", operation.amount)
      .text("status", to_string(operation.status))
      .number("confirmations", operation.confirmations)
      .number("needed", operation.confirmations_needed)
      .number("will_fail", operation.will_fail ? 1 : 0)
      .number("created", operation.created_at.time_since_epoch().count());
  return record.done();
}

std::optional<ChainOperation> operation_from_record(const net::JsonValue& record) {
  net::FieldReader fields(record);
  const std::optional<Uuid> id = read_uuid(fields, "operation");
  const std::optional<std::string> kind = fields.text("kind", 4, 4);
  const std::optional<std::string> status = fields.text("status", 1, 20);
  ChainOperation operation;
  operation.chain = fields.text("chain", 1, 100).value_or("");
  operation.user_id = fields.text("user", 1, 200).value_or("");
  operation.amount = fields.integer("amount", 1, kNoLimit).value_or(0);
  operation.confirmations = fields.integer("confirmations", 0, kNoLimit).value_or(0);
  operation.confirmations_needed = fields.integer("needed", 1, kNoLimit).value_or(1);
  operation.will_fail = fields.integer("will_fail", 0, 1).value_or(0) == 1;
  operation.created_at = Timestamp(Duration(fields.integer("created", 0, kNoLimit).value_or(0)));
  if (!fields.ok()) return std::nullopt;
  const std::optional<ChainOperation::Status> known = parse_status(*status);
  if (!known || (*kind != "burn" && *kind != "mint")) return std::nullopt;
  operation.operation_id = *id;
  operation.kind = *kind == "burn" ? ChainOperation::Kind::burn : ChainOperation::Kind::mint;
  operation.status = *known;
  return operation;
}

}  // namespace remit::sandbox
