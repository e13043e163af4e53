#include "remit/engine/total_operations.hpp"

#include "remit/engine/total_sql.hpp"
#include "remit/storage/values.hpp"

namespace remit::engine {
namespace {

// One at a time, so that none waits for a total that another one changes; the second has nothing to
// do.
constexpr storage::Statement kTryLock{"saga_total_try_lock",
                                      "SELECT pg_try_advisory_xact_lock($1)"};

// One statement: a reader sees deltas before it, totals after it, and never both or neither.
constexpr storage::Statement kMerge{"saga_total_merge", R"(
    WITH taken AS (
      DELETE FROM saga_total_delta
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM saga_total_delta
                              ORDER BY tenant_id, kind, begins_at, delta_id LIMIT $1))
      RETURNING *
    ), merged AS (
      INSERT INTO saga_total AS total (tenant_id, kind, unit, begins_at, provider, currency,
                                       requests, amount)
      SELECT tenant_id, kind, unit, date_bin(unit * interval '1 second', begins_at, 'epoch'),
             provider, currency, sum(requests), sum(amount)
      FROM taken CROSS JOIN unnest(ARRAY[1, 60, 3600, 86400]) AS unit
      GROUP BY 1, 2, 3, 4, 5, 6
      ON CONFLICT (tenant_id, kind, unit, begins_at, provider, currency)
      DO UPDATE SET requests = total.requests + excluded.requests,
                    amount = total.amount + excluded.amount
    )
    SELECT count(*) FROM taken)"};

}  // namespace

void MergeTotals::execute(storage::Transaction& transaction, storage::Slots<MergeTotals> slots) {
  using storage::read_value;
  for (auto& slot : slots) {
    slot.output = 0;
    if (!read_value<bool>(transaction.execute(kTryLock, kTotalsLock))) continue;
    slot.output = read_value<std::int64_t>(transaction.execute(kMerge, slot.input.limit));
  }
}

}  // namespace remit::engine
