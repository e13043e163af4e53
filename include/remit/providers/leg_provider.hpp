// The port through which money leaves: one operation of one leg, submitted or asked about.
//
// An `Operation` carries the provider's own idempotency key, so submitting it again is always safe
// at the same provider. What may never happen is the same operation at two providers; `Outcome`
// therefore says exactly what is known. Implementations translate their contract (one file each);
// they never retry. Which answers count as a provider's own: verdict.hpp. Texts from a provider are
// at most 300 bytes long. Loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/interface.hpp"
#include "remit/base/money.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/telemetry/trace.hpp"

namespace remit::providers {

enum class OperationKind : std::uint8_t {
  charge,
  onramp,
  offramp,
  refund,
  burn,
  attest,
  mint,
  return_
};

[[nodiscard]] std::string_view to_string(OperationKind kind);
[[nodiscard]] std::optional<OperationKind> parse_operation_kind(std::string_view text);

struct Operation {
  OperationKind kind = OperationKind::charge;
  Uuid operation_id;
  Uuid payment_id;
  Money source;
  Money target;
  std::string account;
  /// The provider's transfer id once it is known; empty before.
  std::string reference;
  /// For a compensation: the operation that it gives back, by the provider's id and by ours.
  std::string refund_of;
  Uuid original_operation{};
  Timestamp requested_at;
};

struct Outcome {
  enum class Status : std::uint8_t {
    settled,    ///< the money has moved
    pending,    ///< accepted; ask again
    failed,     ///< was accepted, then failed for good: it did not move and will not
    rejected,   ///< refused: it did not move and will not
    not_found,  ///< (queries) the provider knows no such operation now
    unknown,    ///< nothing can be said
    differs,    ///< it is recorded there with another amount: it may be ours or not
  };
  Status status = Status::unknown;
  /// Status rejected: the same operation may be accepted later (423, 429).
  bool passing = false;
  /// Status rejected: not one byte was sent, or 429: the provider never looked at the operation.
  bool not_attempted = false;
  /// Status unknown: the provider answered with its own error, so this attempt is no longer in
  /// progress there. An answer that cannot be read, or may not be the provider's, is no answer.
  bool answered = false;
  /// Status unknown: the submission was refused, but not in the words that count. Silence, and a
  /// 5xx that names no problem, turn nothing down.
  bool turned_down = false;
  /// Status unknown: the answer has the provider's own form, so the provider is up, whatever the
  /// answer means.
  bool in_own_form = false;
  /// Status settled: the instant that the provider has recorded, if it has one.
  std::optional<Timestamp> recorded_at = std::nullopt;
  std::string reference;  ///< the provider's transfer id, when it named one
  std::string tx_id;
  std::string error;  ///< text for the attempt's record; empty when nothing went wrong
  Duration latency{0};
};

struct CallContext {
  Duration timeout = std::chrono::seconds(10);
  /// Monotonic instant after which nothing may be sent: the lease may belong to another by then.
  std::optional<Duration> send_before;
  telemetry::TraceContext trace;
};

class LegProvider : public Interface {
 public:
  virtual Task<Outcome> submit(Operation operation, CallContext context) = 0;
  /// By reference when it is known, else by operation id.
  virtual Task<Outcome> query(Operation operation, CallContext context) = 0;
};

}  // namespace remit::providers
