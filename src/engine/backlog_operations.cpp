#include "remit/engine/backlog_operations.hpp"

#include <algorithm>
#include <optional>

#include "look_sql.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::engine {
namespace {

constexpr storage::Statement kNextBucket{"backlog_next_bucket", R"(
    SELECT least((SELECT bucket FROM saga_queue WHERE bucket >= $1 ORDER BY bucket LIMIT 1),
                 (SELECT bucket FROM saga_lease WHERE bucket >= $1 ORDER BY bucket LIMIT 1)))"};

// Of those of a queue that are due, no more than so many.
constexpr storage::Statement kCount{"backlog_count", R"(
    SELECT now(), count(*) FROM (
      SELECT 1 FROM unnest($4::integer[]) AS tenant (tenant_id)
      CROSS JOIN LATERAL (
        SELECT 1 FROM saga_queue q
        WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3 AND q.tenant_id = tenant.tenant_id
          AND q.due_at <= now()
        LIMIT $5) AS its
      LIMIT $5) AS due)"};

constexpr storage::Statement kFirstLease{"backlog_first_lease", R"(
    SELECT now(), (SELECT ends_at FROM saga_lease WHERE bucket = $1 AND kind = $2
                   ORDER BY ends_at LIMIT 1))"};

void measure_queue(storage::Transaction& transaction, Bucket bucket, bool routed,
                   Backlog& backlog) {
  const std::vector<TenantDue> first = tenants_with_work(transaction, bucket, backlog.kind, routed);
  const std::int64_t most = MeasureBacklog::kMostCounted - backlog.due;
  if (first.empty()) return;
  storage::ArrayParameter tenants;
  for (const TenantDue& one : first) tenants.add(one.tenant);
  const pqxx::result rows =
      transaction.execute(kCount, bucket, backlog.kind, routed, tenants, most);
  const auto [now, due] = storage::read_row<Timestamp, std::int64_t>(rows.front());
  backlog.due += due;
  const Timestamp oldest = std::ranges::min(first, {}, &TenantDue::due).due;
  backlog.oldest = std::max<Duration>(backlog.oldest, now - oldest);
}

void measure(storage::Transaction& transaction, Bucket bucket, Backlog& backlog) {
  for (const bool routed : {false, true}) measure_queue(transaction, bucket, routed, backlog);
  const pqxx::result rows = transaction.execute(kFirstLease, bucket, backlog.kind);
  const auto [now, ends_at] = storage::read_row<Timestamp, std::optional<Timestamp>>(rows.front());
  if (ends_at) backlog.oldest = std::max<Duration>(backlog.oldest, now - *ends_at);
}

std::vector<Backlog> measure_all(storage::Transaction& transaction,
                                 const std::vector<std::string>& kinds) {
  std::vector<Backlog> backlogs;
  backlogs.reserve(kinds.size());
  for (const std::string& kind : kinds) backlogs.push_back({.kind = kind});
  std::int64_t from = 0;
  while (const auto bucket =
             storage::read_value<std::optional<Bucket>>(transaction.execute(kNextBucket, from))) {
    for (Backlog& backlog : backlogs) measure(transaction, *bucket, backlog);
    from = bucket->value() + 1;
  }
  return backlogs;
}

}  // namespace

void MeasureBacklog::execute(storage::Transaction& transaction,
                             storage::Slots<MeasureBacklog> slots) {
  for (auto& slot : slots) slot.output = measure_all(transaction, slot.input.kinds);
}

}  // namespace remit::engine
