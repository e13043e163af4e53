// Executing the requests of a batch once per key, inside the transaction of their effects.
//
// A key is inserted before its request is executed; the unique index makes every other use of it
// wait for this transaction, on any instance, and then see the stored answer. For files with SQL
// alone; called on lane threads.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::idempotency {

/// Executes the requests at `indices` (into the claims given to `execute_once`), in order.
using Execute = std::function<std::vector<Execution>(std::span<const std::size_t> indices)>;

/// One result per claim: the answer (replayed when it is not the first use), kKeyReused,
/// kDuplicateRequest, or the problem of the execution.
[[nodiscard]] std::vector<Result<Answer>> execute_once(storage::Transaction& transaction,
                                                       std::span<const Claim> claims,
                                                       const Execute& execute);

/// What a key already holds for this claim; empty when it is unused.
[[nodiscard]] Result<std::optional<Answer>> find_answer(storage::Transaction& transaction,
                                                        const Claim& claim);

}  // namespace remit::idempotency
