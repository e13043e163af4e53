// How conversions are accepted in the database, once per key. Values; `run` them on the loop
// thread.
#pragma once

#include <optional>
#include <string_view>

#include "remit/payments/payment.hpp"
#include "remit/storage/operation.hpp"

namespace remit::payments {

/// Key, quote, payment and answer in one transaction, or nothing. Business refusals are answers;
/// problems that leave no trace (409) are errors.
struct AcceptConversion {
  using Input = NewConversion;
  using Output = idempotency::Answer;
  static constexpr std::string_view kName = "conversion_accept";
  static void execute(storage::Transaction& transaction, storage::Slots<AcceptConversion> slots);
};

/// What the key already holds; empty when it is unused.
struct FindAnswer {
  using Input = idempotency::Claim;
  using Output = std::optional<idempotency::Answer>;
  static constexpr std::string_view kName = "answer_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindAnswer> slots);
};

}  // namespace remit::payments
