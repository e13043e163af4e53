// The SQL of the totals of completed sagas, for the transactions of others. For files with SQL
// alone; called on lane threads.
#pragma once

#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/engine/total_window.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

/// A window's stretches as parameters of a summary, `[begins, ends)` each; "infinity" where there
/// is no bound.
struct WindowParameters {
  explicit WindowParameters(const TotalWindow& window);

  storage::ArrayParameter units, totals_begin, totals_end;
  /// Each saga counts as its stretch's sign says: 1, or -1 for one that a total counts too many.
  storage::ArrayParameter signs, sagas_begin, sagas_end;
  storage::ArrayParameter seconds_begin, seconds_end;  ///< one, or none
};

/// Prevents merges until the transaction ends; waits for one that runs. To be called before any
/// lock that a save needs.
void keep_from_merging(storage::Transaction& transaction);

/// Deletes the totals of a tenant's sagas of one kind in one bucket. Only after
/// `keep_from_merging`, and while none can be completed: deltas that are inserted at the same time
/// would be left behind.
void delete_totals(storage::Transaction& transaction, Bucket bucket, TenantId tenant,
                   std::string_view kind);

}  // namespace remit::engine
