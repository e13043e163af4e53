// Shared by the stores of sagas and of totals. Lane threads.
#pragma once

#include <cstdint>

#include "remit/engine/saga_machine.hpp"

namespace remit::engine {

/// The advisory lock for merging totals, or for preventing it: the letters "remit" as a number, and
/// one. That number itself is the migrations' lock.
inline constexpr std::int64_t kTotalsLock = 491'327'940'981;

/// Whether the step, once it is saved, counts. Final states are final: a saga is completed once.
[[nodiscard]] inline bool is_counted(const Step& step) {
  return step.saga.plan->totalled && !step.transitions.empty() && step.saga.status == kCompleted;
}

/// Part of the statement that saves steps: adds to the totals those rows of `saved` whose step is
/// counted. Fenced steps are not among them; provider and time are those of the saved row. Only
/// inserted, never changed, so that saves of the same second do not wait for each other.
inline constexpr const char* kCountSaved = R"(
    INSERT INTO saga_total_delta (tenant_id, kind, begins_at, provider, currency, requests, amount)
    SELECT tenant_id, kind, date_bin('1 second', submitted_at, 'epoch'), provider, currency,
           count(*), sum(amount)
    FROM saved
    WHERE is_counted AND submitted_at IS NOT NULL AND provider IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5)";

}  // namespace remit::engine
