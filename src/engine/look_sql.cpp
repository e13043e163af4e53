#include "look_sql.hpp"

#include <optional>

#include "lease_sql.hpp"
#include "remit/engine/claim_operations.hpp"
#include "remit/storage/columns.hpp"

namespace remit::engine {
namespace {

/// The time; the first bucket from there on in which there is any work, and in which the lease of a
/// batch has ended; and how many purges there were.
constexpr storage::Statement kNextBucket{"saga_next_bucket", R"(
    SELECT now(), (SELECT bucket FROM saga_queue WHERE bucket >= $1 ORDER BY bucket LIMIT 1),
           (SELECT bucket FROM saga_lease
            WHERE bucket >= $1 AND kind = $2 AND ends_at <= now() ORDER BY bucket LIMIT 1),
           (SELECT epoch FROM purge_epoch WHERE one))"};

// From the first entry of one tenant to that of the next: the others are passed over, however many
// there are.
constexpr storage::Statement kTenants{"saga_tenants", R"(
    WITH RECURSIVE first AS (
      (SELECT tenant_id, due_at FROM saga_queue
       WHERE bucket = $1 AND kind = $2 AND routed = $3
       ORDER BY tenant_id, due_at LIMIT 1)
      UNION ALL
      SELECT next.tenant_id, next.due_at
      FROM first
      CROSS JOIN LATERAL (
        SELECT q.tenant_id, q.due_at FROM saga_queue q
        WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3 AND q.tenant_id > first.tenant_id
        ORDER BY q.tenant_id, q.due_at LIMIT 1) AS next)
    SELECT tenant_id, due_at FROM first)"};

/// From one bucket that has work to the next.
class Look {
 public:
  Look(storage::Transaction& transaction, const LookRequest& request)
      : transaction_(transaction), request_(request) {}

  WorkSeen make() {
    std::int64_t from = 0;
    while (const std::optional<Bucket> bucket = next_bucket(from)) {
      for (const auto& [tenant, due] :
           tenants_with_work(transaction_, *bucket, request_.plan->kind, request_.has_provider)) {
        seen_.places.push_back({*bucket, tenant, due});
      }
      from = bucket->value() + 1;
    }
    return std::move(seen_);
  }

 private:
  std::optional<Bucket> next_bucket(std::int64_t from) {
    const pqxx::result rows = transaction_.execute(kNextBucket, from, request_.plan->kind);
    const auto [now, with_work, with_ended_lease, epoch] =
        storage::read_row<Timestamp, std::optional<Bucket>, std::optional<Bucket>, std::int64_t>(
            rows.front());
    seen_.at = now;
    seen_.epoch = epoch;
    if (!with_ended_lease || (with_work && *with_work < *with_ended_lease)) return with_work;
    queue_ended_leases(transaction_, *with_ended_lease, *request_.plan);
    return with_ended_lease;
  }

  storage::Transaction& transaction_;
  const LookRequest& request_;
  WorkSeen seen_;
};

}  // namespace

std::vector<TenantDue> tenants_with_work(storage::Transaction& transaction, Bucket bucket,
                                         std::string_view kind, bool routed) {
  std::vector<TenantDue> tenants;
  for (const auto& row : transaction.execute(kTenants, bucket, kind, routed)) {
    const auto [tenant, due] = storage::read_row<TenantId, Timestamp>(row);
    tenants.push_back({tenant, due});
  }
  return tenants;
}

void LookForWork::execute(storage::Transaction& transaction, storage::Slots<LookForWork> slots) {
  for (auto& slot : slots) slot.output = Look(transaction, slot.input).make();
}

}  // namespace remit::engine
