#include "remit/webhooks/courier_operations.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "endpoint_sql.hpp"
#include "remit/outbox/event_sql.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/by_bucket.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::Statement;
using storage::Transaction;

constexpr Statement kNextBucket{"webhook_next_bucket", R"(
    SELECT bucket FROM webhook_delivery WHERE bucket >= $1 AND state = 'pending'
    ORDER BY bucket LIMIT 1)"};

// From the first of one endpoint to that of the next: the others are passed over, however many
// there are.
constexpr Statement kDue{"webhook_due", R"(
    WITH RECURSIVE first AS (
      (SELECT tenant_id, endpoint_id, due_at FROM webhook_delivery
       WHERE bucket = $1 AND state = 'pending' ORDER BY tenant_id, endpoint_id, due_at LIMIT 1)
      UNION ALL
      SELECT next.tenant_id, next.endpoint_id, next.due_at
      FROM first
      CROSS JOIN LATERAL (
        SELECT d.tenant_id, d.endpoint_id, d.due_at FROM webhook_delivery d
        WHERE d.bucket = $1 AND d.state = 'pending'
          AND (d.tenant_id, d.endpoint_id) > (first.tenant_id, first.endpoint_id)
        ORDER BY d.tenant_id, d.endpoint_id, d.due_at LIMIT 1) AS next)
    SELECT first.tenant_id, first.endpoint_id,
           (extract(epoch FROM first.due_at - now()) * 1000000)::bigint, e.max_per_second
    FROM first
    JOIN webhook_endpoint e ON e.bucket = $1 AND e.tenant_id = first.tenant_id
                           AND e.endpoint_id = first.endpoint_id
    WHERE e.enabled)"};

// Locked rows are skipped: no claim waits for another, or for the save of an owner whose lease has
// just ended.
constexpr Statement kClaim{"webhook_claim", R"(
    WITH due AS (
      SELECT d.tenant_id, d.endpoint_id, d.sequence
      FROM unnest($2::integer[], $3::uuid[], $4::bigint[]) AS wanted (tenant_id, endpoint_id, most)
      JOIN webhook_endpoint e ON e.bucket = $1 AND e.tenant_id = wanted.tenant_id
                             AND e.endpoint_id = wanted.endpoint_id AND e.enabled
      CROSS JOIN LATERAL (
        SELECT d.tenant_id, d.endpoint_id, d.sequence FROM webhook_delivery d
        WHERE d.bucket = $1 AND d.tenant_id = wanted.tenant_id
          AND d.endpoint_id = wanted.endpoint_id AND d.state = 'pending' AND d.due_at <= now()
          AND (d.lease_until IS NULL OR d.lease_until <= now())
        ORDER BY d.due_at, d.sequence LIMIT wanted.most FOR UPDATE SKIP LOCKED) AS d)
    UPDATE webhook_delivery d
    SET version = d.version + 1, lease_until = now() + $5 * interval '1 microsecond'
    FROM due
    WHERE d.bucket = $1 AND d.tenant_id = due.tenant_id AND d.endpoint_id = due.endpoint_id
      AND d.sequence = due.sequence
    RETURNING d.tenant_id, d.endpoint_id, d.sequence, d.version, d.attempts,
              (extract(epoch FROM now() - d.due_at) * 1000000)::bigint)"};

const storage::ComposedStatement kDestination("webhook_destination_claimed", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)",
                                              {{"{columns}", kDestinationColumns}});

constexpr Statement kRelease{"webhook_release", R"(
    UPDATE webhook_delivery d SET version = d.version + 1, lease_until = NULL
    FROM unnest($2::integer[], $3::uuid[], $4::bigint[], $5::bigint[])
      AS given (tenant_id, endpoint_id, sequence, version)
    WHERE d.bucket = $1 AND d.tenant_id = given.tenant_id AND d.endpoint_id = given.endpoint_id
      AND d.sequence = given.sequence AND d.version = given.version)"};

using Place = std::pair<TenantId, Uuid>;

Place place_of(const EndpointKey& endpoint) { return {endpoint.tenant.id(), endpoint.id}; }

using Claimed = std::map<Place, std::vector<ClaimedDelivery>>;

Claimed claim(Transaction& transaction, Bucket bucket, const std::map<Place, std::int64_t>& wanted,
              Duration lease) {
  storage::ArrayParameter tenants, endpoints, most;
  for (const auto& [place, count] : wanted) {
    tenants.add(place.first);
    endpoints.add(place.second);
    most.add(count);
  }
  Claimed claimed;
  for (const auto& row :
       transaction.execute(kClaim, bucket, tenants, endpoints, most, std::int64_t{lease.count()})) {
    const auto [tenant, endpoint, sequence, version, attempts, due_us] =
        storage::read_row<TenantId, Uuid, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
            row);
    claimed[{tenant, endpoint}].push_back({.sequence = sequence,
                                           .version = version,
                                           .attempts = attempts,
                                           .due_for = Duration(due_us),
                                           .event = {}});
  }
  for (auto& [place, deliveries] : claimed) {
    std::ranges::sort(deliveries, {}, [](const ClaimedDelivery& one) {
      return std::pair(-one.due_for, one.sequence);
    });
  }
  return claimed;
}

ClaimDeliveries::Output complete(Transaction& transaction, const EndpointKey& endpoint,
                                 std::vector<ClaimedDelivery> deliveries) {
  ClaimDeliveries::Output output;
  if (deliveries.empty()) return output;
  const Tenant& tenant = endpoint.tenant;
  const pqxx::result rows =
      transaction.execute(kDestination, tenant.home(), tenant.id(), endpoint.id);
  if (!rows.empty()) output.destination = read_destination(rows.front());
  std::vector<std::int64_t> sequences;
  for (const ClaimedDelivery& one : deliveries) sequences.push_back(one.sequence);
  auto events = outbox::find_events(transaction, tenant, sequences);
  for (ClaimedDelivery& one : deliveries) {
    const auto event = events.find(one.sequence);
    if (event != events.end()) one.event = std::move(event->second);
  }
  output.deliveries = std::move(deliveries);
  return output;
}

}  // namespace

void LookForDeliveries::execute(Transaction& transaction, storage::Slots<LookForDeliveries> slots) {
  Output lines;
  std::int64_t from = 0;
  while (true) {
    const pqxx::result next = transaction.execute(kNextBucket, from);
    if (next.empty()) break;
    const auto bucket = storage::read_value<Bucket>(next);
    for (const auto& row : transaction.execute(kDue, bucket)) {
      const auto [tenant, endpoint, due_us, max_per_second] =
          storage::read_row<TenantId, Uuid, std::int64_t, std::int64_t>(row);
      lines.push_back({.endpoint = {.tenant = Tenant(tenant, bucket, 1), .id = endpoint},
                       .due_in = Duration(due_us),
                       .max_per_second = max_per_second});
    }
    from = bucket.value() + 1;
  }
  for (auto& slot : slots) slot.output = lines;
}

void ClaimDeliveries::execute(Transaction& transaction, storage::Slots<ClaimDeliveries> slots) {
  const auto bucket_of = [](const auto& slot) { return ClaimDeliveries::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    std::map<Place, std::int64_t> wanted;
    for (const std::size_t index : indices) {
      wanted[place_of(slots[index].input.endpoint)] = slots[index].input.most;
    }
    Claimed claimed = claim(transaction, bucket, wanted, slots[indices.front()].input.lease);
    for (const std::size_t index : indices) {
      const EndpointKey& endpoint = slots[index].input.endpoint;
      slots[index].output =
          complete(transaction, endpoint, std::exchange(claimed[place_of(endpoint)], {}));
    }
  }
}

void ReleaseDelivery::execute(Transaction& transaction, storage::Slots<ReleaseDelivery> slots) {
  const auto bucket_of = [](const auto& slot) { return ReleaseDelivery::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    storage::ArrayParameter tenants, endpoints, sequences, versions;
    for (const std::size_t index : indices) {
      const auto& [which, version] = slots[index].input;
      tenants.add(which.tenant.id());
      endpoints.add(which.endpoint);
      sequences.add(which.sequence);
      versions.add(version);
    }
    transaction.execute(kRelease, bucket, tenants, endpoints, sequences, versions);
  }
}

}  // namespace remit::webhooks
