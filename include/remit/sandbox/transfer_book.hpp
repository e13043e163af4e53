// The transfers on a simulated ramp's books, found by their own id and by operation id.
//
// Owned by its RampSim; loop thread; never fails. Pointers stay valid until the book goes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/json.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::sandbox {

/// What was asked for: the same operation id must always come with the same order.
struct TransferOrder {
  std::string direction;  ///< "onramp", "offramp" or "refund"
  Money source;
  Money target;
  std::string account;
  std::string payment_id;

  friend bool operator==(const TransferOrder&, const TransferOrder&) = default;
};

struct Transfer {
  enum class Status : std::uint8_t { pending, settled, failed };

  Uuid transfer_id;
  Uuid operation_id;
  TransferOrder order;
  std::optional<Uuid> refund_of;
  Status status = Status::pending;
  std::int64_t poll_count = 0;
  std::int64_t polls_to_settle = 2;
  bool will_fail = false;
  Timestamp created_at;
  std::optional<Timestamp> settled_at;
};

[[nodiscard]] std::string_view to_string(Transfer::Status status);
/// The members of the transfer as `GET /transfers/{id}` shows it, with what reports need besides.
void write_members(net::JsonWriter& out, const Transfer& transfer);

/// The journal's form of a transfer: the same, with what is to come; and back.
[[nodiscard]] std::string to_record(const Transfer& transfer);
[[nodiscard]] std::optional<Transfer> transfer_from_record(const net::JsonValue& record);

class TransferBook {
 public:
  /// Adds, or replaces what has the same transfer id.
  void put(Transfer transfer);
  [[nodiscard]] Transfer* find(const Uuid& transfer_id);
  [[nodiscard]] Transfer* find_operation(const Uuid& operation_id);
  /// The refund of a transfer that has not failed, if there is one.
  [[nodiscard]] const Transfer* refund_of(const Uuid& transfer_id) const;
  /// In the order they came.
  [[nodiscard]] const std::vector<std::unique_ptr<Transfer>>& all() const { return transfers_; }

 private:
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::unordered_map<Uuid, Transfer*> by_id_;
  std::unordered_map<Uuid, Transfer*> by_operation_;
  std::unordered_map<Uuid, Transfer*> refunds_;
};

}  // namespace remit::sandbox
