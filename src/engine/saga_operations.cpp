#include "remit/engine/saga_operations.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "remit/engine/saga_sql.hpp"
#include "remit/storage/columns.hpp"
#include "step_sql.hpp"

namespace remit::engine {
namespace {

const std::string kColumns = saga_columns("s.") + ", now() AS claimed_at";

// Locked rows are skipped: two instances never wait for, or take, the same work.
std::string due_sql(std::string_view columns, std::string_view provider_is,
                    std::string_view condition = {}) {
  return "SELECT " + std::string(columns) +
         " FROM saga s WHERE kind = $1 AND due_at <= now() - $3 * interval '1 microsecond'"
         " AND provider " +
         std::string(provider_is) + std::string(condition) +
         " ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED";
}

// In one of the bands, or looked at before, with a version above its first (see initial_version).
// Then it may wait for reasons of its own (who refused it, who failed it), which no band knows, and
// rests by itself.
constexpr std::string_view kIsReady = R"(
    AND ((version & 4294967295) <> 0
         OR EXISTS (SELECT FROM unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
                      AS band (currency, least, most, age_us)
                    WHERE band.currency = s.currency AND s.amount BETWEEN least AND most
                      AND (age_us = 0
                           OR s.created_at <= now() - age_us * interval '1 microsecond'))))";

std::string claim_sql(std::string_view provider_is) {
  return "WITH due AS (" + due_sql("tenant_id, saga_id", provider_is) +
         R"()
    UPDATE saga s
    SET version = s.version + 1, due_at = now() + $4 * interval '1 microsecond', lease_owner = $5
    FROM due WHERE s.tenant_id = due.tenant_id AND s.saga_id = due.saga_id
    RETURNING )" +
         kColumns;
}

// Each names the predicate of its index.
const std::string kClaimRoutedSql = claim_sql("IS NOT NULL");
const std::string kClaimUnroutedSql = claim_sql("IS NULL");
const std::string kFindUnroutedSql = due_sql(kColumns, "IS NULL");
const std::string kFindReadySql = due_sql(kColumns, "IS NULL", kIsReady);
const storage::Statement kClaimRouted{"saga_claim_routed", kClaimRoutedSql.c_str()};
const storage::Statement kClaimUnrouted{"saga_claim_unrouted", kClaimUnroutedSql.c_str()};
const storage::Statement kFindUnrouted{"saga_find_unrouted", kFindUnroutedSql.c_str()};
const storage::Statement kFindReady{"saga_find_ready", kFindReadySql.c_str()};
constexpr storage::Statement kTime{"saga_claim_time", "SELECT now()"};

constexpr storage::Statement kRelease{"saga_release", R"(
    UPDATE saga s SET due_at = now(), lease_owner = NULL, version = s.version + 1
    WHERE tenant_id = $1 AND saga_id = $2 AND version = $3)"};

// Its legs stay as they are: an instance that can read them continues from there.
constexpr storage::Statement kParkUnreadable{"saga_park_unreadable", R"(
    UPDATE saga s
    SET version = s.version + 1, due_at = now() + $4 * interval '1 microsecond',
        lease_owner = NULL, parked_reason = $3,
        updated_at = CASE WHEN s.parked_reason = $3 THEN s.updated_at ELSE now() END
    FROM unnest($1::integer[], $2::uuid[]) AS unreadable (tenant_id, saga_id)
    WHERE s.tenant_id = unreadable.tenant_id AND s.saga_id = unreadable.saga_id)"};

/// The rows are locked; those that cannot be read leave the queue for a while.
Claimed take(storage::Transaction& transaction, const pqxx::result& rows, const SagaPlan& plan) {
  Claimed claimed;
  claimed.sagas.reserve(static_cast<std::size_t>(rows.size()));
  storage::ArrayParameter tenants, ids;
  std::int64_t unreadable = 0;
  const SagaReader reader(rows);
  for (const auto& row : rows) {
    Saga saga = reader.read(row, plan);
    if (saga.unreadable.empty()) {
      claimed.sagas.push_back(std::move(saga));
    } else {
      tenants.add(saga.tenant);
      ids.add(saga.id);
      ++unreadable;
      if (saga.parked_reason != kUnreadable) {
        claimed.unreadable.push_back({saga.id, std::move(saga.unreadable)});
      }
    }
  }
  if (unreadable > 0) {
    transaction.execute(kParkUnreadable, tenants, ids, kUnreadable,
                        std::int64_t{kUnreadableRest.count()});
  }
  claimed.taken = static_cast<std::int64_t>(rows.size());
  if (!rows.empty()) claimed.at = storage::read<Timestamp>(rows.front()["claimed_at"]);
  return claimed;
}

pqxx::result find_ready(storage::Transaction& transaction, const ClaimRequest& request) {
  const std::int64_t overdue_us = request.overdue.count();
  if (request.ready.empty()) {
    return transaction.execute(kFindUnrouted, request.plan->kind, request.limit, overdue_us);
  }
  storage::ArrayParameter currencies, least, most, ages;
  for (const ReadyBand& band : request.ready) {
    currencies.add(to_string(band.currency));
    least.add(band.least);
    most.add(band.most);
    ages.add(std::int64_t{band.from_age.count()});
  }
  return transaction.execute(kFindReady, request.plan->kind, request.limit, overdue_us, currencies,
                             least, most, ages);
}

/// Locks what is due, makes the first step of each, and saves these steps with the lease.
Claimed claim_and_choose(storage::Transaction& transaction, const ClaimRequest& request) {
  const pqxx::result found = find_ready(transaction, request);
  Claimed claimed = take(transaction, found, *request.plan);
  if (claimed.sagas.empty()) return claimed;
  std::vector<Step> steps;
  steps.reserve(claimed.sagas.size());
  std::vector<StepToSave> entries;
  for (Saga& saga : claimed.sagas) {
    steps.push_back(request.choose(std::move(saga), *claimed.at));
    entries.push_back({.step = &steps.back(), .lease = request.lease, .owner = request.owner});
  }
  claimed.sagas.clear();
  const std::vector<bool> saved = save_steps(transaction, entries);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!saved[i] || steps[i].rest || steps[i].ended) continue;
    claimed.sagas.push_back(std::move(steps[i].saga));
    ++claimed.sagas.back().version;
  }
  return claimed;
}

Claimed claim_as_it_is(storage::Transaction& transaction, const ClaimRequest& request) {
  const storage::Statement& claim = request.has_provider ? kClaimRouted : kClaimUnrouted;
  const pqxx::result found = transaction.execute(
      claim, request.plan->kind, request.limit, std::int64_t{request.overdue.count()},
      std::int64_t{request.lease.count()}, request.owner);
  return take(transaction, found, *request.plan);
}

}  // namespace

void ClaimSagas::execute(storage::Transaction& transaction, storage::Slots<ClaimSagas> slots) {
  for (auto& slot : slots) {
    const ClaimRequest& request = slot.input;
    slot.output = request.choose && !request.has_provider ? claim_and_choose(transaction, request)
                                                          : claim_as_it_is(transaction, request);
    // The time is needed even when nothing was found: later claims compare due times with it.
    if (!slot.output->at)
      slot.output->at = storage::read_value<Timestamp>(transaction.execute(kTime));
  }
}

void SaveStep::execute(storage::Transaction& transaction, storage::Slots<SaveStep> slots) {
  std::vector<StepToSave> steps;
  steps.reserve(slots.size());
  for (const auto& slot : slots) {
    steps.push_back({.step = &slot.input.step, .lease = slot.input.lease, .owner = {}});
  }
  const std::vector<bool> saved = save_steps(transaction, steps);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i].output = saved[i] ? Saved::saved : Saved::fenced;
  }
}

void ReleaseSaga::execute(storage::Transaction& transaction, storage::Slots<ReleaseSaga> slots) {
  for (auto& slot : slots) {
    const Saga& saga = slot.input;
    const pqxx::result result =
        transaction.execute(kRelease, saga.tenant, saga.id.to_string(), saga.version);
    slot.output = result.affected_rows() == 1 ? Saved::saved : Saved::fenced;
  }
}

}  // namespace remit::engine
