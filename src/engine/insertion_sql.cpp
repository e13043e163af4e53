#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

#include "legs_document.hpp"
#include "remit/engine/saga_facts.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/outbox/fact_sql.hpp"
#include "remit/storage/columns.hpp"

namespace remit::engine {
namespace {

using storage::column;
using storage::nullable_text;

/// A begun one as its first step leaves it.
const Saga& saga_of(const NewSaga& entry) {
  return entry.first ? entry.first->step.saga : entry.saga;
}

std::int64_t due_us(const NewSaga& entry) {
  return (entry.first ? entry.first->lease : entry.start_after).count();
}

std::optional<std::string> terms_of(const NewSaga& entry) {
  const auto& terms = saga_of(entry).terms;
  return terms ? std::optional(terms->document()) : std::nullopt;
}

std::optional<std::string> legs_of(const NewSaga& entry) {
  const bool are_stored = entry.store_legs || entry.first;
  return are_stored ? std::optional(write_legs(saga_of(entry))) : std::nullopt;
}

std::string_view provider_of(const NewSaga& entry) {
  return entry.first ? std::string_view(current_leg(saga_of(entry))->provider) : "";
}

std::optional<Uuid> owner_of(const NewSaga& entry) {
  return entry.first ? std::optional(entry.first->owner) : std::nullopt;
}

constexpr storage::Column<NewSaga> kNewColumns[] = {
    column<NewSaga, saga_of, &Saga::tenant>("tenant_id"),
    column<NewSaga, saga_of, &Saga::id>("saga_id"),
    column<NewSaga, saga_of, &Saga::amount, &Money::minor>("amount"),
    column<NewSaga, saga_of, &Saga::amount, &Money::currency>("currency"),
    column<NewSaga, saga_of, &Saga::created_at>("created_at"),
    nullable_text<NewSaga, saga_of, &Saga::request_id>("request_id"),
    nullable_text<NewSaga, saga_of, &Saga::traceparent>("traceparent"),
    column<NewSaga, legs_of>("legs"),
    nullable_text<NewSaga, provider_of>("provider"),
    column<NewSaga, saga_of, &Saga::status>("status"),
    column<NewSaga, terms_of>("terms"),
    column<NewSaga, due_us>("due_us"),
    column<NewSaga, saga_of, &Saga::is_traced>("is_traced"),
    column<NewSaga, saga_of, shelf_of>("shelf"),
    column<NewSaga, owner_of>("owner")};

using Columns = std::span<const storage::Column<NewSaga>>;

Columns columns_before(std::string_view name) {
  return {std::begin(kNewColumns),
          std::ranges::find(kNewColumns, name, &storage::Column<NewSaga>::name)};
}

// Each column is an array to be written, sent and read for every batch. All that there is to say of
// those of which nothing is special but their amount; the same of those that begin as usual.
const Columns kUntouchedColumns = columns_before("legs");
const Columns kBegunColumns = columns_before("status");

/// The facts of those that were inserted.
const storage::Filling kTold = outbox::insert_facts(
    "$1", "((tenant_id, id) IN (SELECT tenant_id, saga_id FROM added)) IS TRUE");

// One order for all batches, so that equal ids queue up instead of deadlocking: the arrays are in
// it. The version is that of initial_version; the epoch is read once for all rows, and after the
// lock for which an insertion waits during a purge. A clock that is ahead makes no saga younger
// than it is: see created_when_stored.
const storage::ComposedStatement kInsertUntouched("saga_insert_untouched", R"(
    WITH added AS (
      INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, due_at,
                        is_traced, shelf, created_at, updated_at, request_id, traceparent)
      SELECT {bucket}, tenant_id, saga_id, {kind}, '{pending}',
             (SELECT epoch << 32 FROM purge_epoch WHERE one), amount, currency, now(),
             {is_traced}, {shelf}, least(created_at, now()), least(created_at, now()), request_id,
             traceparent
      FROM {sagas}
      ON CONFLICT DO NOTHING
      RETURNING bucket, tenant_id, saga_id, kind, version, due_at),
    queued AS (
      INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
      SELECT bucket, kind, false, due_at, tenant_id, saga_id FROM added),
    {told}
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                                  {{"{bucket}", storage::parameter("smallint")},
                                                   {"{kind}", storage::parameter("saga_kind")},
                                                   {"{pending}", kPending},
                                                   {"{is_traced}", storage::parameter("boolean")},
                                                   {"{shelf}", storage::parameter("text")},
                                                   {"{sagas}",
                                                    storage::unnest(kUntouchedColumns, "new")},
                                                   {"{told}", kTold}});

// All begin as usual, with one step of one owner, and share a lease.
const storage::ComposedStatement kInsertBegun("saga_insert_begun", R"(
    WITH added AS (
      INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, legs,
                        is_traced, shelf, created_at, updated_at, request_id, traceparent, provider,
                        submitted_at, lease_owner)
      SELECT {bucket}, tenant_id, saga_id, {kind}, {status},
             (SELECT epoch << 32 FROM purge_epoch WHERE one) + 1, amount, currency, legs, false, '',
             least(created_at, now()), now(), request_id, traceparent, provider,
             date_trunc('milliseconds', now()), {owner}
      FROM {sagas}
      ON CONFLICT DO NOTHING
      RETURNING bucket, tenant_id, saga_id, kind, version),
    leased AS (
      INSERT INTO saga_lease (bucket, ends_at, lease_id, kind, version, tenant_ids, saga_ids)
      SELECT bucket, now() + {lease_us} * interval '1 microsecond', {lease_id}, kind, version,
             array_agg(tenant_id), array_agg(saga_id)
      FROM added GROUP BY bucket, kind, version),
    {told}
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                              {{"{bucket}", storage::parameter("smallint")},
                                               {"{kind}", storage::parameter("saga_kind")},
                                               {"{status}", storage::parameter("text")},
                                               {"{owner}", storage::parameter("uuid")},
                                               {"{sagas}", storage::unnest(kBegunColumns, "new")},
                                               {"{lease_us}", storage::parameter("bigint")},
                                               {"{lease_id}", storage::parameter("uuid")},
                                               {"{told}", kTold}});

// A saga with an owner begins with a step of its owner's: provider and, where it does not follow,
// history are stored with it.
const storage::ComposedStatement kInsert("saga_insert", R"(
    WITH added AS (
      INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, terms,
                        legs, due_at, is_traced, shelf, created_at, updated_at, request_id,
                        traceparent, provider, submitted_at, lease_owner)
      SELECT {bucket}, tenant_id, saga_id, {kind}, status,
             (SELECT epoch << 32 FROM purge_epoch WHERE one) + (owner IS NOT NULL)::integer,
             amount, currency, terms::jsonb, legs,
             now() + due_us * interval '1 microsecond', is_traced, shelf,
             least(created_at, now()),
             CASE WHEN owner IS NULL THEN least(created_at, now()) ELSE now() END,
             request_id, traceparent,
             provider, CASE WHEN owner IS NOT NULL THEN date_trunc('milliseconds', now()) END, owner
      FROM {sagas}
      ON CONFLICT DO NOTHING
      RETURNING bucket, tenant_id, saga_id, kind, version, status, due_at, provider, is_traced,
                updated_at, lease_owner),
    queued AS (
      INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
      SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, saga_id FROM added),
    moved AS (
      INSERT INTO saga_transition (bucket, tenant_id, saga_id, step, from_status, to_status,
                                   message, at)
      SELECT bucket, tenant_id, saga_id, version, '{pending}', status, {message}, updated_at
      FROM added WHERE lease_owner IS NOT NULL AND is_traced),
    {told}
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                         {{"{bucket}", storage::parameter("smallint")},
                                          {"{kind}", storage::parameter("saga_kind")},
                                          {"{sagas}", storage::unnest(kNewColumns, "new")},
                                          {"{pending}", kPending},
                                          {"{message}", storage::parameter("text")},
                                          {"{told}", kTold}});

/// Those that were inserted, and when.
Inserted read_inserted(const pqxx::result& rows) {
  Inserted inserted;
  if (rows.empty()) return inserted;
  const auto [tenant, id, at, epoch] =
      storage::read_row<TenantId, Uuid, Timestamp, std::int64_t>(rows.front());
  for (const auto& row : rows) {
    const auto [its_tenant, its_id] = storage::read_row<TenantId, Uuid>(row);
    inserted.emplace(SagaKey(its_tenant, its_id), Stored{.at = at, .epoch = epoch});
  }
  return inserted;
}

/// Whether its amount is all that is special about it: most columns have their defaults then.
bool is_untouched(const NewSaga& entry) {
  return !entry.store_legs && !entry.first && entry.start_after == Duration::zero() &&
         !entry.saga.terms;
}

/// Whether it begins as `first` does, and goes the usual way.
bool begins_like(const NewSaga& entry, const NewSaga& first) {
  return entry.first && first.first && !entry.saga.terms &&
         entry.first->owner == first.first->owner && entry.first->lease == first.first->lease &&
         saga_of(entry).status == saga_of(first).status && !saga_of(entry).is_traced &&
         shelf_of(saga_of(entry)).empty();
}

using Entries = std::vector<const NewSaga*>;

/// Of the transition with which those begin that begin with a step: of one plan they all have one.
std::string_view message_of(const Entries& sagas) {
  std::string_view message;
  for (const NewSaga* entry : sagas) {
    if (!entry->first) continue;
    const std::string_view its = entry->first->step.transitions.front().message;
    if (!message.empty() && its != message) throw std::logic_error("sagas that begin differently");
    message = its;
  }
  return message;
}

/// By bucket and id, each once: of equal ones the first.
std::map<Bucket, Entries> in_order(std::span<const NewSaga> all) {
  std::map<Bucket, Entries> by_bucket;
  for (const NewSaga& entry : all) by_bucket[entry.saga.bucket].push_back(&entry);
  const auto key = [](const NewSaga* entry) {
    return std::pair(entry->saga.id, entry->saga.tenant);
  };
  for (auto& [bucket, entries] : by_bucket) {
    std::ranges::sort(entries, {},
                      [key](const NewSaga* entry) { return std::pair(key(entry), entry); });
    const auto repeated = std::ranges::unique(entries, {}, key);
    entries.erase(repeated.begin(), repeated.end());
  }
  return by_bucket;
}

/// Of one bucket.
class Insertion {
 public:
  Insertion(storage::Transaction& transaction, Bucket bucket, const Entries& entries)
      : transaction_(transaction), bucket_(bucket), entries_(entries), first_(*entries.front()) {}

  Inserted execute() {
    if (all([](const NewSaga& entry) { return is_untouched(entry); })) {
      return read_inserted(transaction_.execute(kInsertUntouched, bucket_, kind(),
                                                first_.saga.is_traced, shelf_of(first_.saga),
                                                rows(kUntouchedColumns), facts()));
    }
    if (all([this](const NewSaga& entry) { return begins_like(entry, first_); })) {
      return insert_begun(*first_.first);
    }
    return read_inserted(transaction_.execute(kInsert, bucket_, kind(), rows(kNewColumns),
                                              message_of(entries_), facts()));
  }

 private:
  [[nodiscard]] bool all(const auto& is_so) const {
    return std::ranges::all_of(entries_, [&](const NewSaga* entry) { return is_so(*entry); });
  }
  [[nodiscard]] std::string_view kind() const { return first_.saga.plan->kind; }
  [[nodiscard]] storage::RowArrays<NewSaga> rows(Columns columns) const {
    storage::RowArrays<NewSaga> rows(columns);
    for (const NewSaga* entry : entries_) rows.add(*entry);
    return rows;
  }

  [[nodiscard]] outbox::FactArrays facts() const {
    outbox::FactArrays facts;
    for (const NewSaga* entry : entries_) {
      const Saga& saga = saga_of(*entry);
      facts.add(saga.tenant, saga.id, 0, first_facts(saga));
    }
    return facts;
  }

  Inserted insert_begun(const FirstStep& first) {
    Inserted inserted = read_inserted(transaction_.execute(
        kInsertBegun, bucket_, kind(), first.step.saga.status, first.owner, rows(kBegunColumns),
        std::int64_t{first.lease.count()}, first.lease_id, facts()));
    if (inserted.empty()) return inserted;
    const auto lease = std::make_shared<BatchLease>(
        BatchLease{.bucket = bucket_,
                   .plan = first_.saga.plan,
                   .ends_at = inserted.begin()->second.at + first.lease,
                   .id = first.lease_id,
                   .size = static_cast<std::int64_t>(inserted.size())});
    for (auto& [key, stored] : inserted) stored.lease = lease;
    return inserted;
  }

  storage::Transaction& transaction_;
  Bucket bucket_;
  const Entries& entries_;
  const NewSaga& first_;
};

}  // namespace

Inserted insert_sagas(storage::Transaction& transaction, std::span<const NewSaga> sagas) {
  Inserted inserted;
  for (const auto& [bucket, entries] : in_order(sagas)) {
    inserted.merge(Insertion(transaction, bucket, entries).execute());
  }
  return inserted;
}

}  // namespace remit::engine
