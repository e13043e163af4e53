#include "remit/engine/saga_sql.hpp"

#include <algorithm>
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
  return are_stored ? std::optional(write_legs(saga_of(entry).legs)) : std::nullopt;
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
    of_saga<&Saga::tenant>("tenant_id"),
    of_saga<&Saga::id>("saga_id"),
    of_saga<&Saga::status>("status"),
    of_saga<&Saga::version>("version"),
    of_saga<&Saga::amount, &Money::minor>("amount"),
    column<StoredSaga, &StoredSaga::currency>("currency"),
    column<StoredSaga, &StoredSaga::terms>("terms"),
    column<StoredSaga, &StoredSaga::legs>("legs"),
    text_of_saga<&Saga::error_code>("error_code"),
    text_of_saga<&Saga::error_message>("error_message"),
    text_of_saga<&Saga::parked_reason>("parked_reason"),
    of_saga<&Saga::created_at>("created_at"),
    of_saga<&Saga::updated_at>("updated_at"),
    of_saga<&Saga::processed_at>("processed_at"),
    text_of_saga<&Saga::request_id>("request_id"),
    text_of_saga<&Saga::traceparent>("traceparent"),
    column<StoredSaga, &StoredSaga::submitted_at>("submitted_at")};

// One order for all batches, so that equal ids queue up instead of deadlocking: the arrays are in
// it. The version is that of initial_version; the epoch is read once for all rows, and after the
// lock for which an insertion waits during a purge. A clock that is ahead makes no saga younger
// than it is: see created_when_stored.
const storage::ComposedStatement kInsertUntouched("saga_insert_untouched", R"(
    INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, due_at,
                      created_at, updated_at, request_id, traceparent)
    SELECT tenant_id, saga_id, {kind}, '{pending}',
           (SELECT epoch << 32 FROM purge_epoch WHERE one), amount, currency, now(),
           least(created_at, now()), least(created_at, now()), request_id, traceparent
    FROM {sagas}
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, saga_id, now(), version >> 32)",
                                                  {{"{kind}", storage::parameter()},
                                                   {"{pending}", kPending},
                                                   {"{sagas}",
                                                    storage::unnest(kUntouchedColumns, "new")}});

// A saga with an owner begins with a step of its owner's: provider and history are stored with it.
const storage::ComposedStatement kInsert("saga_insert", R"(
    WITH added AS (
      INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, terms, legs,
                        due_at, created_at, updated_at, request_id, traceparent, provider,
                        submitted_at, lease_owner)
      SELECT tenant_id, saga_id, {kind}, status,
             (SELECT epoch << 32 FROM purge_epoch WHERE one) + (owner IS NOT NULL)::integer,
             amount, currency, terms::jsonb, legs::jsonb,
             now() + due_us * interval '1 microsecond', least(created_at, now()),
             CASE WHEN owner IS NULL THEN least(created_at, now()) ELSE now() END,
             request_id, traceparent,
             provider, CASE WHEN owner IS NOT NULL THEN date_trunc('milliseconds', now()) END, owner
      FROM {sagas}
      ON CONFLICT DO NOTHING
      RETURNING tenant_id, saga_id, version, status, updated_at, lease_owner),
    moved AS (
      INSERT INTO saga_transition (tenant_id, saga_id, step, from_status, to_status, message, at)
      SELECT tenant_id, saga_id, version, '{pending}', status, {message}, updated_at
      FROM added WHERE lease_owner IS NOT NULL)
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)",
                                         {{"{kind}", storage::parameter()},
                                          {"{sagas}", storage::unnest(kNewColumns, "new")},
                                          {"{pending}", kPending},
                                          {"{message}", storage::parameter()}});

Inserted read_inserted(const pqxx::result& rows) {
  Inserted inserted;
  for (const auto& row : rows) {
    const auto [tenant, id] = storage::read_row<TenantId, Uuid>(row);
    inserted.keys.emplace(tenant, id);
  }
  if (!rows.empty()) {
    const auto [tenant, id, at, epoch] =
        storage::read_row<TenantId, Uuid, Timestamp, std::int64_t>(rows.front());
    inserted.stored = Stored{at, epoch};
  }
  return inserted;
}

/// Whether all that is special about it is its amount: then most columns have their defaults.
bool is_untouched(const NewSaga& entry) {
  return !entry.store_legs && !entry.first && entry.start_after == Duration::zero() &&
         !entry.saga.terms;
}

/// Of the transition with which those begin that begin with a step: of one plan they all have one.
std::string_view message_of(const std::vector<const NewSaga*>& sagas) {
  std::string_view message;
  for (const NewSaga* entry : sagas) {
    if (!entry->first) continue;
    const std::string_view its = entry->first->step.transitions.front().message;
    if (!message.empty() && its != message) throw std::logic_error("sagas that begin differently");
    message = its;
  }
  return message;
}

/// By id, each once: of equal ones the first.
std::vector<const NewSaga*> in_order(std::span<const NewSaga> all) {
  std::vector<const NewSaga*> sagas;
  sagas.reserve(all.size());
  for (const NewSaga& entry : all) sagas.push_back(&entry);
  const auto key = [](const NewSaga* entry) {
    return std::pair(entry->saga.id, entry->saga.tenant);
  };
  std::ranges::sort(sagas, {},
                    [key](const NewSaga* entry) { return std::pair(key(entry), entry); });
  const auto repeated = std::ranges::unique(sagas, {}, key);
  sagas.erase(repeated.begin(), repeated.end());
  return sagas;
}

void add_legs(Saga& saga, const StoredSaga& row) {
  saga.legs = row.legs ? read_legs(*row.legs) : saga.plan->initial_legs(saga);
  check_legs(saga);
  // See saga_begun.
  const std::size_t current = current_leg_index(saga);
  if (current < saga.legs.size() && !saga.legs[current].provider.empty() &&
      saga.legs[current].requested_at == Timestamp{}) {
    saga.legs[current].requested_at = row.submitted_at.value_or(Timestamp{});
  }
}

void add_currency(Saga& saga, const std::string& name) {
  const auto currency = parse_currency(name);
  if (!currency) throw std::runtime_error("its currency is " + name);
  saga.amount.currency = *currency;
}

}  // namespace

Inserted insert_sagas(storage::Transaction& transaction, std::span<const NewSaga> unordered) {
  const std::vector<const NewSaga*> sagas = in_order(unordered);
  const std::string_view kind = sagas.front()->saga.plan->kind;
  const bool are_untouched =
      std::ranges::all_of(sagas, [](const NewSaga* entry) { return is_untouched(*entry); });
  storage::RowArrays<NewSaga> rows(are_untouched ? kUntouchedColumns : std::span(kNewColumns));
  for (const NewSaga* entry : sagas) rows.add(*entry);
  return read_inserted(are_untouched ? transaction.execute(kInsertUntouched, kind, rows)
                                     : transaction.execute(kInsert, kind, rows, message_of(sagas)));
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
    add_legs(saga, stored);
  } catch (const std::exception& error) {
    saga.legs.clear();
    saga.unreadable = error.what();
  }
  return std::move(saga);
}

}  // namespace remit::engine
