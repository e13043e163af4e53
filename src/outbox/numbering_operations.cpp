#include <map>
#include <vector>

#include "remit/outbox/event_operations.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::outbox {
namespace {

// An instance that gives numbers holds this row until they are committed, and one that takes it
// over looks at what is committed only then: no two give the same, and no fact is left out.
constexpr storage::Statement kTake{"event_turn_take", R"(
    UPDATE event_turn
    SET version = version + 1, owner = $1, ends_at = now() + $2 * interval '1 microsecond'
    WHERE one AND (owner = $1 OR ends_at <= now())
    RETURNING version)"};

constexpr storage::Statement kLeave{
    "event_turn_leave", "UPDATE event_turn SET ends_at = '-infinity' WHERE one AND owner = $1"};

constexpr storage::Statement kNextBucket{"event_next_bucket", R"(
    SELECT bucket FROM event_unnumbered WHERE bucket >= $1 ORDER BY bucket LIMIT 1)"};

// In the order of the batches, which is that of the facts of each resource: all of a resource are
// in one bucket.
constexpr storage::Statement kTakeFacts{"event_take_unnumbered", R"(
    WITH first AS (
      SELECT batch_id FROM event_unnumbered WHERE bucket = $1 ORDER BY batch_id LIMIT $2),
    taken AS (
      DELETE FROM event_unnumbered u USING first
      WHERE u.bucket = $1 AND u.batch_id = first.batch_id
      RETURNING u.tenant_id, u.batch_id, u.at, u.size)
    SELECT coalesce((SELECT home FROM tenant t WHERE t.tenant_id = taken.tenant_id), $1),
           tenant_id, batch_id, at, size
    FROM taken ORDER BY batch_id)"};

// A batch's first number: the last one that its tenant has after this statement, less what it and
// those behind it take.
constexpr storage::Statement kGive{"event_give_numbers", R"(
    WITH taken AS (
      SELECT * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::timestamptz[],
                           $6::bigint[])
        WITH ORDINALITY AS batch (body_bucket, tenant_id, batch_id, at, size, place)),
    heads AS (
      INSERT INTO event_head AS head (bucket, tenant_id, last_sequence)
      SELECT $1, tenant_id, sum(size) FROM taken GROUP BY tenant_id
      ON CONFLICT (bucket, tenant_id)
      DO UPDATE SET last_sequence = head.last_sequence + excluded.last_sequence
      RETURNING tenant_id, last_sequence),
    numbered AS (
      INSERT INTO event_range (bucket, tenant_id, first_sequence, size, body_bucket, batch_id, at)
      SELECT $1, tenant_id,
             last_sequence + 1 - sum(size) OVER (PARTITION BY tenant_id ORDER BY place DESC),
             size, body_bucket, batch_id, at
      FROM taken JOIN heads USING (tenant_id))
    SELECT tenant_id, last_sequence FROM heads)"};

/// The batches of one home, in their order.
struct Batches {
  storage::ArrayParameter buckets, tenants, ids, times, sizes;
};

/// Of one turn.
class Numbering {
 public:
  Numbering(storage::Transaction& transaction, const NumberFacts::Input& input)
      : transaction_(transaction), input_(input) {}

  NumberFacts::Output run() {
    NumberFacts::Output output;
    const auto lease_us = std::int64_t{input_.lease.count()};
    output.is_ours = !transaction_.execute(kTake, input_.owner, lease_us).empty();
    if (!output.is_ours) return output;
    output.batches = take_facts();
    output.facts = facts_;
    for (const auto& [home, batches] : by_home_) {
      for (const auto& row : transaction_.execute(kGive, home, batches.buckets, batches.tenants,
                                                  batches.ids, batches.times, batches.sizes)) {
        const auto [tenant, last] = storage::read_row<TenantId, std::int64_t>(row);
        output.last.insert_or_assign(tenant, last);
      }
    }
    return output;
  }

 private:
  /// From one bucket that has some to the next, until there are enough.
  std::int64_t take_facts() {
    std::int64_t taken = 0;
    std::int64_t from = 0;
    while (taken < input_.limit) {
      const pqxx::result next = transaction_.execute(kNextBucket, from);
      if (next.empty()) break;
      const auto bucket = storage::read_value<Bucket>(next);
      for (const auto& row : transaction_.execute(kTakeFacts, bucket, input_.limit - taken)) {
        const auto [home, tenant, id, at, size] =
            storage::read_row<Bucket, TenantId, std::int64_t, Timestamp, std::int64_t>(row);
        Batches& batches = by_home_[home];
        batches.buckets.add(bucket);
        batches.tenants.add(tenant);
        batches.ids.add(id);
        batches.times.add(at);
        batches.sizes.add(size);
        facts_ += size;
        ++taken;
      }
      from = bucket.value() + 1;
    }
    return taken;
  }

  storage::Transaction& transaction_;
  const NumberFacts::Input& input_;
  std::map<Bucket, Batches> by_home_;
  std::int64_t facts_ = 0;
};

}  // namespace

void NumberFacts::execute(storage::Transaction& transaction, storage::Slots<NumberFacts> slots) {
  for (auto& slot : slots) slot.output = Numbering(transaction, slot.input).run();
}

void LeaveTurn::execute(storage::Transaction& transaction, storage::Slots<LeaveTurn> slots) {
  for (auto& slot : slots) transaction.execute(kLeave, slot.input.owner);
}

}  // namespace remit::outbox
