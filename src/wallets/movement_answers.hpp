// What a movement is answered with, and kept with its key. Pure; any thread.
#pragma once

#include <span>

#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/wallets/movement.hpp"

namespace remit::wallets {

[[nodiscard]] idempotency::Execution answer_to_opening(const MovementRequest& request,
                                                       const Result<Wallet>& opened);
/// A capture is answered with 200, what makes a transaction with 201.
[[nodiscard]] idempotency::Execution answer_to_one(const MovementRequest& request,
                                                   const Result<Transfer>& made);
/// 200, whatever became of the items.
[[nodiscard]] idempotency::Execution answer_to_batch(const MovementRequest& request,
                                                     std::span<const Result<Transfer>> made);

}  // namespace remit::wallets
