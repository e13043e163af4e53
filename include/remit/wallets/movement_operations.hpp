// How movements between wallets are carried out in the database. Values; `run` them on the loop
// thread.
#pragma once

#include "remit/storage/operation.hpp"
#include "remit/wallets/movement.hpp"

namespace remit::wallets {

/// What came of a movement, and what it left to be settled.
struct MovementOutcome {
  idempotency::Answer answer;
  std::optional<Duration> due_in;  ///< of the earliest; empty: nothing was scheduled
};

/// Key, movement and answer in one transaction, or nothing. Refusals that are about the request are
/// answers; problems that leave no trace (404, 409) are errors.
struct CarryOutMovement {
  using Input = MovementRequest;
  using Output = MovementOutcome;
  static constexpr std::string_view kName = "wallet_movement";
  static void execute(storage::Transaction& transaction, storage::Slots<CarryOutMovement> slots);
};

/// DELETE /transactions/{id}. kTransactionNotFound, kNotCancelable.
struct CancelTransaction {
  struct Input {
    Tenant tenant;
    Uuid transaction_id;
  };
  using Output = bool;  ///< true
  static constexpr std::string_view kName = "wallet_transaction_cancel";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<CancelTransaction> slots);
};

}  // namespace remit::wallets
