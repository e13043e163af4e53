#include "remit/engine/saga_sql.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "legs_document.hpp"
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
    column<NewSaga, saga_of, &Saga::status>("status"),
    column<NewSaga, terms_of>("terms"),
    column<NewSaga, legs_of>("legs"),
    column<NewSaga, due_us>("due_us"),
    nullable_text<NewSaga, provider_of>("provider"),
    column<NewSaga, saga_of, &Saga::is_traced>("is_traced"),
    column<NewSaga, saga_of, shelf_of>("shelf"),
    column<NewSaga, owner_of>("owner")};

// Those before the status are all that there is to say of those of which nothing is special but
// their amount.
constexpr std::span<const storage::Column<NewSaga>> kUntouchedColumns(
    std::begin(kNewColumns),
    std::ranges::find(kNewColumns, "status", &storage::Column<NewSaga>::name));

template <auto... path>
constexpr storage::Column<StoredSaga> of_saga(std::string_view name) {
  return column<StoredSaga, &StoredSaga::saga, path...>(name);
}
template <auto... path>
constexpr storage::Column<StoredSaga> text_of_saga(std::string_view name) {
  return nullable_text<StoredSaga, &StoredSaga::saga, path...>(name);
}

constexpr storage::Column<StoredSaga> kColumns[] = {
    of_saga<&Saga::bucket>("bucket"),
    of_saga<&Saga::tenant>("tenant_id"),
    of_saga<&Saga::id>("saga_id"),
    of_saga<&Saga::status>("status"),
    of_saga<&Saga::version>("version"),
    of_saga<&Saga::amount, &Money::minor>("amount"),
    column<StoredSaga, &StoredSaga::currency>("currency"),
    column<StoredSaga, &StoredSaga::terms>("terms"),
    column<StoredSaga, &StoredSaga::legs>("legs"),
    of_saga<&Saga::is_traced>("is_traced"),
    text_of_saga<&Saga::error_code>("error_code"),
    text_of_saga<&Saga::error_message>("error_message"),
    text_of_saga<&Saga::parked_reason>("parked_reason"),
    of_saga<&Saga::created_at>("created_at"),
    of_saga<&Saga::updated_at>("updated_at"),
    of_saga<&Saga::processed_at>("processed_at"),
    text_of_saga<&Saga::request_id>("request_id"),
    text_of_saga<&Saga::traceparent>("traceparent"),
    storage::nullable_text<StoredSaga, &StoredSaga::shown, &ShownLeg::provider>("provider"),
    column<StoredSaga, &StoredSaga::shown, &ShownLeg::submitted_at>("submitted_at")};

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
      SELECT bucket, kind, false, due_at, tenant_id, saga_id FROM added)
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                                  {{"{bucket}", storage::parameter("smallint")},
                                                   {"{kind}", storage::parameter("saga_kind")},
                                                   {"{pending}", kPending},
                                                   {"{is_traced}", storage::parameter("boolean")},
                                                   {"{shelf}", storage::parameter("text")},
                                                   {"{sagas}",
                                                    storage::unnest(kUntouchedColumns, "new")}});

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
      FROM added WHERE lease_owner IS NOT NULL AND is_traced)
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                         {{"{bucket}", storage::parameter("smallint")},
                                          {"{kind}", storage::parameter("saga_kind")},
                                          {"{sagas}", storage::unnest(kNewColumns, "new")},
                                          {"{pending}", kPending},
                                          {"{message}", storage::parameter("text")}});

void add_inserted(const pqxx::result& rows, Inserted& inserted) {
  for (const auto& row : rows) {
    const auto [tenant, id] = storage::read_row<TenantId, Uuid>(row);
    inserted.keys.emplace(tenant, id);
  }
  if (!rows.empty()) {
    const auto [tenant, id, at, epoch] =
        storage::read_row<TenantId, Uuid, Timestamp, std::int64_t>(rows.front());
    inserted.stored = Stored{at, epoch};
  }
}

/// Whether all that is special about it is its amount: then most columns have their defaults.
bool is_untouched(const NewSaga& entry) {
  return !entry.store_legs && !entry.first && entry.start_after == Duration::zero() &&
         !entry.saga.terms;
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
pqxx::result insert(storage::Transaction& transaction, Bucket bucket, const Entries& entries) {
  const Saga& first = entries.front()->saga;
  const std::string_view kind = first.plan->kind;
  const bool are_untouched =
      std::ranges::all_of(entries, [](const NewSaga* entry) { return is_untouched(*entry); });
  storage::RowArrays<NewSaga> rows(are_untouched ? kUntouchedColumns : std::span(kNewColumns));
  for (const NewSaga* entry : entries) rows.add(*entry);
  if (!are_untouched) {
    return transaction.execute(kInsert, bucket, kind, rows, message_of(entries));
  }
  return transaction.execute(kInsertUntouched, bucket, kind, first.is_traced, shelf_of(first),
                             rows);
}

void add_currency(Saga& saga, const std::string& name) {
  const auto currency = parse_currency(name);
  if (!currency) throw std::runtime_error("its currency is " + name);
  saga.amount.currency = *currency;
}

}  // namespace

Inserted insert_sagas(storage::Transaction& transaction, std::span<const NewSaga> sagas) {
  Inserted inserted;
  for (const auto& [bucket, entries] : in_order(sagas)) {
    add_inserted(insert(transaction, bucket, entries), inserted);
  }
  return inserted;
}

std::string saga_columns(std::string_view prefix) { return storage::names(kColumns, prefix); }

SagaReader::SagaReader(const pqxx::result& rows) : reader_(kColumns, rows) {}

Saga SagaReader::read(const pqxx::row& row, const SagaPlan& plan) const {
  constexpr TenantId kAsItSays{0};
  StoredSaga stored = reader_.read(row, {.saga = Saga(kAsItSays)});
  Saga& saga = stored.saga;
  saga.plan = &plan;
  try {
    add_currency(saga, stored.currency);
    if (plan.read_terms != nullptr) {
      saga.terms = plan.read_terms(stored.terms.value_or(""), saga.amount.currency);
    }
    read_legs(saga, stored.legs, stored.shown);
    check_legs(saga);
  } catch (const std::exception& error) {
    saga.legs.clear();
    saga.unreadable = error.what();
  }
  return std::move(saga);
}

}  // namespace remit::engine
