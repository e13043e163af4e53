#include "lease_sql.hpp"

#include <cstdint>

#include "remit/engine/saga_operations.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/by_bucket.hpp"

namespace remit::engine {
namespace {

/// Leases that have ended and are looked through in one transaction. One is of a batch, so these
/// are several thousand sagas.
constexpr std::int64_t kMostEnded = 256;

// What is locked is skipped: its owner is writing it just now. It is in the lease still if that
// fails, so the lease stays until the next look.
constexpr storage::Statement kQueueEnded{"saga_lease_queue", R"(
    WITH ended AS (
      SELECT version, tenant_ids, saga_ids FROM saga_lease
      WHERE bucket = $1 AND kind = $2 AND ends_at <= now()
      ORDER BY ends_at LIMIT $3 FOR UPDATE SKIP LOCKED),
    left_over AS (
      SELECT s.tenant_id, s.saga_id
      FROM ended
      CROSS JOIN LATERAL unnest(ended.tenant_ids, ended.saga_ids) AS member (tenant_id, saga_id)
      JOIN saga s ON s.bucket = $1 AND s.tenant_id = member.tenant_id
                 AND s.saga_id = member.saga_id
                 AND s.version = ended.version AND s.due_at IS NULL
      FOR UPDATE OF s SKIP LOCKED),
    moved AS (
      UPDATE saga s SET version = s.version + 1, due_at = now(), lease_owner = NULL
      FROM left_over
      WHERE s.bucket = $1 AND s.tenant_id = left_over.tenant_id AND s.saga_id = left_over.saga_id
      RETURNING s.bucket, s.kind, s.provider IS NOT NULL AS routed, s.due_at, s.tenant_id,
                s.saga_id)
    INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
    SELECT bucket, kind, routed, due_at, tenant_id, saga_id FROM moved)"};

constexpr storage::Statement kRemoveEnded{"saga_lease_remove", R"(
    DELETE FROM saga_lease l
    USING (SELECT ends_at, lease_id FROM saga_lease
           WHERE bucket = $1 AND kind = $2 AND ends_at <= now()
           ORDER BY ends_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS ended
    WHERE l.bucket = $1 AND l.ends_at = ended.ends_at AND l.lease_id = ended.lease_id
      AND NOT EXISTS (
        SELECT 1
        FROM unnest(l.tenant_ids, l.saga_ids) AS member (tenant_id, saga_id)
        JOIN saga s ON s.bucket = $1 AND s.tenant_id = member.tenant_id
                   AND s.saga_id = member.saga_id
                   AND s.version = l.version AND s.due_at IS NULL))"};

constexpr storage::Statement kEnd{"saga_lease_end", R"(
    DELETE FROM saga_lease l
    USING unnest($2::timestamptz[], $3::uuid[]) AS over (ends_at, lease_id)
    WHERE l.bucket = $1 AND l.ends_at = over.ends_at AND l.lease_id = over.lease_id)"};

}  // namespace

void queue_ended_leases(storage::Transaction& transaction, Bucket bucket, const SagaPlan& plan) {
  transaction.execute(kQueueEnded, bucket, plan.kind, kMostEnded);
  transaction.execute(kRemoveEnded, bucket, plan.kind, kMostEnded);
}

void EndLease::execute(storage::Transaction& transaction, storage::Slots<EndLease> slots) {
  const auto bucket_of = [](const auto& slot) { return EndLease::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    storage::ArrayParameter ends, ids;
    for (const std::size_t index : indices) {
      ends.add(slots[index].input.ends_at);
      ids.add(slots[index].input.id);
    }
    transaction.execute(kEnd, bucket, ends, ids);
  }
}

}  // namespace remit::engine
