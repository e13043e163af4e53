#include "remit/engine/total_operations.hpp"

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::engine {
namespace {

// One at a time, so that none waits for a total that another one changes; the second has nothing to
// do.
constexpr storage::Statement kTakeTurn{
    "saga_total_take_turn", "SELECT 1 FROM saga_total_turn WHERE one FOR UPDATE SKIP LOCKED"};

constexpr storage::Statement kNextBucket{"saga_total_next_bucket", R"(
    SELECT bucket FROM saga_total_delta WHERE bucket >= $1 ORDER BY bucket LIMIT 1)"};

// One statement: a reader sees deltas before it, totals after it, and never both or neither.
constexpr storage::Statement kMerge{"saga_total_merge", R"(
    WITH taken AS (
      DELETE FROM saga_total_delta d
      USING (SELECT tenant_id, kind, begins_at, delta_id FROM saga_total_delta
             WHERE bucket = $1 ORDER BY tenant_id, kind, begins_at LIMIT $2) AS first
      WHERE d.bucket = $1 AND d.tenant_id = first.tenant_id AND d.kind = first.kind
        AND d.begins_at = first.begins_at AND d.delta_id = first.delta_id
      RETURNING d.*
    ), merged AS (
      INSERT INTO saga_total AS total (bucket, tenant_id, kind, unit, begins_at, provider, currency,
                                       requests, amount)
      SELECT bucket, tenant_id, kind, unit,
             date_bin(unit * interval '1 second', begins_at, 'epoch'),
             provider, currency, sum(requests), sum(amount)
      FROM taken CROSS JOIN unnest(ARRAY[1, 60, 3600, 86400]) AS unit
      GROUP BY 1, 2, 3, 4, 5, 6, 7
      ON CONFLICT (bucket, tenant_id, kind, unit, begins_at, provider, currency)
      DO UPDATE SET requests = total.requests + excluded.requests,
                    amount = total.amount + excluded.amount
    )
    SELECT count(*) FROM taken)"};

/// From one bucket that has deltas to the next, until there are enough.
std::int64_t merge(storage::Transaction& transaction, std::int64_t limit) {
  std::int64_t merged = 0;
  std::int64_t from = 0;
  while (merged < limit) {
    const pqxx::result next = transaction.execute(kNextBucket, from);
    if (next.empty()) break;
    const auto bucket = storage::read_value<Bucket>(next);
    merged +=
        storage::read_value<std::int64_t>(transaction.execute(kMerge, bucket, limit - merged));
    from = bucket.value() + 1;
  }
  return merged;
}

}  // namespace

void MergeTotals::execute(storage::Transaction& transaction, storage::Slots<MergeTotals> slots) {
  for (auto& slot : slots) {
    const bool is_our_turn = !transaction.execute(kTakeTurn).empty();
    slot.output = is_our_turn ? merge(transaction, slot.input.limit) : 0;
  }
}

}  // namespace remit::engine
