// What the stores of sagas and of totals have between them. Lane threads.
#pragma once

#include <cstdint>
#include <vector>

#include "remit/engine/saga_sql.hpp"

namespace remit::engine {

/// The advisory lock of whoever merges totals, or must not have them merged: the letters "remit" as
/// a number, and one. That number itself is the migrations' lock.
inline constexpr std::int64_t kTotalsLock = 491'327'940'981;

/// Adds what the steps that were saved completed, one row a second, provider and kind.
void add_to_totals(storage::Transaction& transaction, const std::vector<StepToSave>& steps,
                   const std::vector<bool>& saved);

}  // namespace remit::engine
