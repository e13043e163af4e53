#include <map>
#include <stdexcept>
#include <string>

#include "legs_document.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/ledger/posting_sql.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/values.hpp"
#include "storable_text.hpp"
#include "totals.hpp"

namespace remit::engine {
namespace {

constexpr storage::Statement kInsert{"saga_insert", R"(
    INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, platform_fee,
                      rounding, legs, due_at, created_at, updated_at, request_id, traceparent)
    SELECT tenant_id, saga_id, kind, 'PENDING', version, amount, currency, platform_fee, rounding,
           legs::jsonb,
           now() + start_after_us * interval '1 microsecond', created_at, created_at,
           request_id, traceparent
    FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
                $7::bigint[], $8::text[], $9::bigint[], $10::timestamptz[], $11::text[],
                $12::text[], $13::bigint[])
      AS new (tenant_id, saga_id, kind, amount, currency, platform_fee, rounding, legs,
              start_after_us, created_at, request_id, traceparent, version)
    -- One order for all batches, so that equal ids queue up instead of deadlocking.
    ORDER BY saga_id
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, saga_id)"};

const std::string kSaveSql = std::string(R"(
    WITH saved AS (
      UPDATE saga s
      SET status = u.status, version = s.version + 1, provider = u.provider,
          submitted_at = u.submitted_at,
          due_at = now() + u.due_us * interval '1 microsecond',
          lease_owner = CASE WHEN u.keeps_lease THEN s.lease_owner END,
          legs = u.legs::jsonb, error_code = u.error_code, error_message = u.error_message,
          parked_reason = u.parked_reason, updated_at = u.updated_at, processed_at = u.processed_at
      FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::text[], $5::text[],
                  $6::timestamptz[], $7::bigint[], $8::boolean[], $9::text[], $10::text[],
                  $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::boolean[])
        AS u (tenant_id, saga_id, version, status, provider, submitted_at, due_us, keeps_lease, legs,
              error_code, error_message, parked_reason, updated_at, processed_at, is_counted)
      -- The version is the fence: whoever lost the lease changes nothing.
      WHERE s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id AND s.version = u.version
      RETURNING s.tenant_id, s.saga_id, u.version, s.kind, s.provider, s.submitted_at, s.currency,
                s.amount, u.is_counted
    ), counted AS ()") + kCountSaved +
                             R"()
    SELECT tenant_id, saga_id, version FROM saved)";
const storage::Statement kSave{"saga_save", kSaveSql.c_str()};

constexpr storage::Statement kInsertTransitions{"saga_transition_insert", R"(
    INSERT INTO saga_transition (tenant_id, saga_id, step, from_status, to_status, message, at)
    SELECT * FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::text[], $5::text[],
                         $6::text[], $7::timestamptz[]))"};

std::set<SagaKey> read_keys(const pqxx::result& rows) {
  std::set<SagaKey> keys;
  for (const auto& row : rows) {
    keys.emplace(storage::read<std::int64_t>(row[0]), storage::read<Uuid>(row[1]));
  }
  return keys;
}

/// What a step was made from. Of equal ones in a batch the first wins: the others are as stale as
/// if they had come in the next.
using SagaVersion = std::pair<SagaKey, std::int64_t>;

SagaVersion version_of(const StepToSave& entry) {
  const Saga& saga = entry.step->saga;
  return {{saga.tenant, saga.id}, saga.version};
}

void insert_transitions(storage::Transaction& transaction, const std::vector<StepToSave>& steps,
                        const std::vector<bool>& saved) {
  storage::ArrayParameter tenants, ids, numbers, from, to, messages, instants;
  bool any = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const StepToSave& entry = steps[i];
    const Saga& saga = entry.step->saga;
    if (!entry.step->transition || !saved[i]) {
      continue;
    }
    any = true;
    tenants.add(std::int64_t{saga.tenant});
    ids.add(saga.id);
    numbers.add(saga.version + 1);
    from.add(entry.step->transition->from);
    to.add(entry.step->transition->to);
    messages.add(storable_text(entry.step->transition->message));
    instants.add(saga.updated_at);
  }
  if (any) {
    transaction.execute(kInsertTransitions, tenants, ids, numbers, from, to, messages, instants);
  }
}

void insert_step_postings(storage::Transaction& transaction, const std::vector<StepToSave>& steps,
                          const std::vector<bool>& saved) {
  std::vector<ledger::Movement> movements;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const StepToSave& entry = steps[i];
    const Saga& saga = entry.step->saga;
    if (!entry.step->postings.empty() && saved[i]) {
      movements.push_back({.tenant = saga.tenant,
                           .transaction_id = saga.id,
                           .step = saga.version + 1,
                           .posted_at = saga.updated_at,
                           .postings = entry.step->postings});
    }
  }
  ledger::insert_movements(transaction, movements);
}

}  // namespace

std::set<SagaKey> insert_sagas(storage::Transaction& transaction,
                               const std::vector<const NewSaga*>& sagas) {
  storage::ArrayParameter tenants, ids, kinds, amounts, currencies, fees, roundings, legs, delays,
      created, requests, traces, versions;
  std::set<SagaKey> seen;
  for (const NewSaga* entry : sagas) {
    const Saga& saga = entry->saga;
    if (!seen.emplace(saga.tenant, saga.id).second) {
      continue;
    }
    tenants.add(std::int64_t{saga.tenant});
    ids.add(saga.id);
    kinds.add(saga.plan->kind);
    amounts.add(saga.amount.minor);
    currencies.add(to_string(saga.amount.currency));
    fees.add(saga.platform_fee.minor);
    roundings.add(saga.rounding.minor);
    if (entry->store_legs) {
      legs.add(write_legs(saga.legs));
    } else {
      legs.add_null();
    }
    delays.add(std::int64_t{entry->start_after.count()});
    created.add(saga.created_at);
    requests.add_unless_empty(saga.request_id);
    traces.add_unless_empty(saga.traceparent);
    versions.add(initial_version(saga.created_at));
  }
  return read_keys(transaction.execute(kInsert, tenants, ids, kinds, amounts, currencies, fees,
                                       roundings, legs, delays, created, requests, traces,
                                       versions));
}

std::vector<bool> save_steps(storage::Transaction& transaction,
                             const std::vector<StepToSave>& steps) {
  storage::ArrayParameter tenants, ids, versions, statuses, providers, submitted, due, keeps, legs,
      codes, messages, parked, updated, processed, counted;
  std::map<SagaVersion, std::size_t> first_of;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const StepToSave& entry = steps[i];
    const Step& step = *entry.step;
    const Saga& saga = step.saga;
    if (!first_of.emplace(version_of(entry), i).second) {
      continue;
    }
    const StepColumns columns = columns_after(step, entry.lease);
    tenants.add(std::int64_t{saga.tenant});
    ids.add(saga.id);
    versions.add(saga.version);
    statuses.add(saga.status);
    providers.add_unless_empty(columns.provider);
    submitted.add(columns.submitted_at);
    if (columns.due_after) {
      due.add(std::int64_t{columns.due_after->count()});
    } else {
      due.add_null();
    }
    keeps.add(columns.keeps_lease);
    legs.add(write_legs(saga.legs));
    codes.add_unless_empty(saga.error_code);
    messages.add_unless_empty(storable_text(saga.error_message));
    parked.add_unless_empty(saga.parked_reason);
    updated.add(saga.updated_at);
    processed.add(saga.processed_at);
    counted.add(is_counted(step));
  }
  std::vector<bool> saved(steps.size());
  using storage::read;
  for (const auto& row :
       transaction.execute(kSave, tenants, ids, versions, statuses, providers, submitted, due,
                           keeps, legs, codes, messages, parked, updated, processed, counted)) {
    const SagaKey key(read<int>(row[0]), read<Uuid>(row[1]));
    saved[first_of.at({key, read<std::int64_t>(row[2])})] = true;
  }
  insert_transitions(transaction, steps, saved);
  insert_step_postings(transaction, steps, saved);
  return saved;
}

Saga read_saga(const pqxx::row& row, const SagaPlan& plan) {
  using storage::read;
  const auto currency = parse_currency(read<std::string>(row[6]));
  if (!currency) {
    throw std::runtime_error("a saga row names an unknown currency");
  }
  Saga saga;
  saga.tenant = static_cast<TenantId>(read<std::int64_t>(row[0]));
  saga.id = read<Uuid>(row[1]);
  saga.plan = &plan;
  saga.status = read<std::string>(row[3]);
  saga.version = read<std::int64_t>(row[4]);
  saga.amount = {read<std::int64_t>(row[5]), *currency};
  saga.platform_fee = {read<std::int64_t>(row[7]), *currency};
  saga.rounding = {read<std::int64_t>(row[8]), *currency};
  saga.error_code = read<std::optional<std::string>>(row[10]).value_or("");
  saga.error_message = read<std::optional<std::string>>(row[11]).value_or("");
  saga.parked_reason = read<std::optional<std::string>>(row[12]).value_or("");
  saga.created_at = read<Timestamp>(row[13]);
  saga.updated_at = read<Timestamp>(row[14]);
  saga.processed_at = read<std::optional<Timestamp>>(row[15]);
  saga.request_id = read<std::optional<std::string>>(row[16]).value_or("");
  saga.traceparent = read<std::optional<std::string>>(row[17]).value_or("");
  const auto document = read<std::optional<std::string>>(row[9]);
  saga.legs = document ? read_legs(*document) : plan.initial_legs(saga);
  return saga;
}

}  // namespace remit::engine
