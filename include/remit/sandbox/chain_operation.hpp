// One burn or mint on the simulated chain gateway's books. A plain value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/json.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::sandbox {

struct ChainOperation {
  enum class Kind : std::uint8_t { burn, mint };
  enum class Status : std::uint8_t { pending, confirmed, failed };

  Uuid operation_id;
  Kind kind = Kind::burn;
  std::string chain;
  std::string user_id;
  std::int64_t amount = 0;  ///< minor units of USDC
  Status status = Status::pending;
  std::int64_t confirmations = 0;
  std::int64_t confirmations_needed = 2;
  bool will_fail = false;
  Timestamp created_at;

  [[nodiscard]] std::string tx_hash() const;
  /// The same order under the same id, whatever has become of it.
  [[nodiscard]] bool same_order(const ChainOperation& other) const;
};

[[nodiscard]] std::string_view to_string(ChainOperation::Kind kind);
[[nodiscard]] std::string_view to_string(ChainOperation::Status status);
/// The members of the operation as `GET /operations/{operation_id}` shows it, with what books need
/// besides.
void write_members(net::JsonWriter& out, const ChainOperation& operation);

/// The journal's form of an operation: the same, with what is to come; and back.
[[nodiscard]] std::string to_record(const ChainOperation& operation);
[[nodiscard]] std::optional<ChainOperation> operation_from_record(const net::JsonValue& record);

}  // namespace remit::sandbox
