#include "remit/engine/saga_sql.hpp"

#include <algorithm>
#include <stdexcept>

#include "legs_document.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/values.hpp"

namespace remit::engine {
namespace {

// One order for all batches, so that equal ids queue up instead of deadlocking: the arrays are in
// it. The version is that of initial_version; the epoch is read once for all rows, and after the
// lock for which an insertion waits while somebody purges. A clock that is ahead makes no saga
// younger than it is: see created_when_stored.
constexpr storage::Statement kInsertUntouched{"saga_insert_untouched", R"(
    INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, due_at,
                      created_at, updated_at, request_id, traceparent)
    SELECT tenant_id, saga_id, $1, 'PENDING', (SELECT epoch << 32 FROM purge_epoch WHERE one),
           amount, currency, now(), least(created_at, now()), least(created_at, now()),
           request_id, traceparent
    FROM unnest($2::integer[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[],
                $8::text[])
      AS new (tenant_id, saga_id, created_at, amount, currency, request_id, traceparent)
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, saga_id, now(), version >> 32)"};

// A saga with an owner begins with a step of its owner's: provider and history are stored with it.
constexpr storage::Statement kInsert{"saga_insert", R"(
    WITH added AS (
      INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, terms, legs,
                        due_at, created_at, updated_at, request_id, traceparent, provider,
                        submitted_at, lease_owner)
      SELECT tenant_id, saga_id, $1, status,
             (SELECT epoch << 32 FROM purge_epoch WHERE one) + (owner IS NOT NULL)::integer,
             amount, currency, terms::jsonb, legs::jsonb,
             now() + due_us * interval '1 microsecond', least(created_at, now()),
             CASE WHEN owner IS NULL THEN least(created_at, now()) ELSE now() END,
             request_id, traceparent,
             provider, CASE WHEN owner IS NOT NULL THEN date_trunc('milliseconds', now()) END, owner
      FROM unnest($3::integer[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::text[],
                  $9::text[], $10::bigint[], $11::timestamptz[], $12::text[], $13::text[],
                  $14::text[], $15::uuid[])
        AS new (tenant_id, saga_id, status, amount, currency, terms, legs, due_us, created_at,
                request_id, traceparent, provider, owner)
      ON CONFLICT DO NOTHING
      RETURNING tenant_id, saga_id, version, status, updated_at, lease_owner),
    moved AS (
      INSERT INTO saga_transition (tenant_id, saga_id, step, from_status, to_status, message, at)
      SELECT tenant_id, saga_id, version, 'PENDING', status, $2, updated_at
      FROM added WHERE lease_owner IS NOT NULL)
    SELECT tenant_id, saga_id, now(), version >> 32 FROM added)"};

Inserted read_inserted(const pqxx::result& rows) {
  using storage::read;
  Inserted inserted;
  for (const auto& row : rows) {
    inserted.keys.emplace(read<TenantId>(row[0]), read<Uuid>(row[1]));
  }
  if (!rows.empty()) {
    inserted.stored = Stored{read<Timestamp>(rows[0][2]), read<std::int64_t>(rows[0][3])};
  }
  return inserted;
}

/// Whether all that is special about it is its amount: then most columns have their defaults.
bool is_untouched(const NewSaga& entry) {
  return !entry.store_legs && !entry.first && entry.start_after == Duration::zero() &&
         !entry.saga.terms;
}

std::string_view message_of(const std::vector<const NewSaga*>& sagas) {
  const auto begun =
      std::ranges::find_if(sagas, [](const NewSaga* entry) { return entry->first.has_value(); });
  return begun == sagas.end() ? std::string_view()
                              : (*begun)->first->step.transitions.front().message;
}

/// By id, each once: of equal ones the first.
std::vector<const NewSaga*> in_order(std::vector<const NewSaga*> sagas) {
  const auto key = [](const NewSaga* entry) {
    return std::pair(entry->saga.id, entry->saga.tenant);
  };
  std::ranges::sort(sagas, {},
                    [key](const NewSaga* entry) { return std::pair(key(entry), entry); });
  const auto repeated = std::ranges::unique(sagas, {}, key);
  sagas.erase(repeated.begin(), repeated.end());
  return sagas;
}

Inserted insert_untouched(storage::Transaction& transaction,
                          const std::vector<const NewSaga*>& sagas) {
  storage::ArrayParameter tenants, ids, created, amounts, currencies, requests, traces;
  ids.reserve(sagas.size());
  for (const NewSaga* entry : sagas) {
    const Saga& saga = entry->saga;
    tenants.add(saga.tenant);
    ids.add(saga.id);
    created.add(saga.created_at);
    amounts.add(saga.amount.minor);
    currencies.add(to_string(saga.amount.currency));
    requests.add_unless_empty(saga.request_id);
    traces.add_unless_empty(saga.traceparent);
  }
  return read_inserted(transaction.execute(kInsertUntouched, sagas.front()->saga.plan->kind,
                                           tenants, ids, created, amounts, currencies, requests,
                                           traces));
}

Currency read_currency(const pqxx::field& field) {
  const auto name = storage::read<std::string>(field);
  const auto currency = parse_currency(name);
  if (!currency) throw std::runtime_error("its currency is " + name);
  return *currency;
}

void add_legs(Saga& saga, const std::optional<std::string>& document,
              const pqxx::field& submitted_at) {
  saga.legs = document ? read_legs(*document) : saga.plan->initial_legs(saga);
  check_legs(saga);
  // See saga_begun.
  const std::size_t current = current_leg_index(saga);
  if (current < saga.legs.size() && !saga.legs[current].provider.empty() &&
      saga.legs[current].requested_at == Timestamp{}) {
    saga.legs[current].requested_at =
        storage::read<std::optional<Timestamp>>(submitted_at).value_or(Timestamp{});
  }
}

}  // namespace

Inserted insert_sagas(storage::Transaction& transaction,
                      const std::vector<const NewSaga*>& unordered) {
  const std::vector<const NewSaga*> sagas = in_order(unordered);
  if (std::ranges::all_of(sagas, [](const NewSaga* entry) { return is_untouched(*entry); })) {
    return insert_untouched(transaction, sagas);
  }
  storage::ArrayParameter tenants, ids, statuses, amounts, currencies, terms, legs, due, created,
      requests, traces, providers, owners;
  for (const NewSaga* entry : sagas) {
    const Saga& saga = entry->first ? entry->first->step.saga : entry->saga;
    tenants.add(saga.tenant);
    ids.add(saga.id);
    statuses.add(saga.status);
    amounts.add(saga.amount.minor);
    currencies.add(to_string(saga.amount.currency));
    if (saga.terms) {
      terms.add(saga.terms->document());
    } else {
      terms.add_null();
    }
    if (entry->store_legs || entry->first) {
      legs.add(write_legs(saga.legs));
    } else {
      legs.add_null();
    }
    due.add(std::int64_t{(entry->first ? entry->first->lease : entry->start_after).count()});
    created.add(saga.created_at);
    requests.add_unless_empty(saga.request_id);
    traces.add_unless_empty(saga.traceparent);
    if (entry->first) {
      providers.add(current_leg(saga)->provider);
      owners.add(entry->first->owner);
    } else {
      providers.add_null();
      owners.add_null();
    }
  }
  return read_inserted(transaction.execute(
      kInsert, sagas.front()->saga.plan->kind, message_of(sagas), tenants, ids, statuses, amounts,
      currencies, terms, legs, due, created, requests, traces, providers, owners));
}

Saga read_saga(const pqxx::row& row, const pqxx::field& submitted_at, const SagaPlan& plan) {
  using storage::read;
  Saga saga(read<TenantId>(row[0]));
  saga.id = read<Uuid>(row[1]);
  saga.plan = &plan;
  saga.status = read<std::string>(row[3]);
  saga.version = read<std::int64_t>(row[4]);
  saga.amount.minor = read<std::int64_t>(row[5]);
  saga.error_code = read<std::optional<std::string>>(row[9]).value_or("");
  saga.error_message = read<std::optional<std::string>>(row[10]).value_or("");
  saga.parked_reason = read<std::optional<std::string>>(row[11]).value_or("");
  saga.created_at = read<Timestamp>(row[12]);
  saga.updated_at = read<Timestamp>(row[13]);
  saga.processed_at = read<std::optional<Timestamp>>(row[14]);
  saga.request_id = read<std::optional<std::string>>(row[15]).value_or("");
  saga.traceparent = read<std::optional<std::string>>(row[16]).value_or("");
  try {
    saga.amount.currency = read_currency(row[6]);
    if (plan.read_terms != nullptr) {
      const auto terms = read<std::optional<std::string>>(row[7]).value_or("");
      saga.terms = plan.read_terms(terms, saga.amount.currency);
    }
    add_legs(saga, read<std::optional<std::string>>(row[8]), submitted_at);
  } catch (const std::exception& error) {
    saga.legs.clear();
    saga.unreadable = error.what();
  }
  return saga;
}

}  // namespace remit::engine
