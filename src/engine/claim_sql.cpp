#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "remit/engine/claim_operations.hpp"
#include "remit/engine/claim_shares.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/storage/columns.hpp"
#include "step_sql.hpp"

namespace remit::engine {
namespace {

const std::string kColumns = saga_columns("s.");

// Locked rows are skipped: two instances never wait for, or take, the same work; nor does a claim
// wait for the save of an owner whose lease has just ended.
std::string due_sql(std::string_view columns, std::string_view condition = {}) {
  return "SELECT " + std::string(columns) +
         R"(
    FROM saga_queue q
    JOIN saga s ON s.bucket = q.bucket AND s.tenant_id = q.tenant_id AND s.saga_id = q.saga_id
               AND s.due_at = q.due_at
    WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3 AND q.tenant_id = $4
      AND q.due_at <= now() - $6 * interval '1 microsecond'
      AND q.due_at >= coalesce($7, '-infinity'::timestamptz))" +
         std::string(condition) + " ORDER BY q.due_at LIMIT $5 FOR UPDATE OF q, s SKIP LOCKED";
}

// In one of the bands, or looked at before, with a version above its first (see initial_version).
// Then it may wait for reasons of its own (who refused it, who failed it), which no band knows, and
// rests by itself.
constexpr std::string_view kIsReady = R"(
    AND ((version & 4294967295) <> 0
         OR EXISTS (SELECT 1 FROM unnest($8::text[], $9::bigint[], $10::bigint[], $11::bigint[])
                      AS band (currency, least, most, age_us)
                    WHERE band.currency = s.currency AND s.amount BETWEEN least AND most
                      AND (age_us = 0
                           OR s.created_at <= now() - age_us * interval '1 microsecond'))))";

std::string claim_sql() {
  return "WITH due AS (" + due_sql("q.due_at, q.saga_id") +
         R"(),
    moved AS (
      UPDATE saga_queue q SET due_at = now() + $8 * interval '1 microsecond'
      FROM due
      WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3 AND q.tenant_id = $4
        AND q.due_at = due.due_at AND q.saga_id = due.saga_id)
    UPDATE saga s
    SET version = s.version + 1, due_at = now() + $8 * interval '1 microsecond', lease_owner = $9
    FROM due WHERE s.bucket = $1 AND s.tenant_id = $4 AND s.saga_id = due.saga_id
    RETURNING )" +
         kColumns;
}

const std::string kClaimSql = claim_sql();
const std::string kFindSql = due_sql(kColumns);
const std::string kFindReadySql = due_sql(kColumns, kIsReady);
const storage::Statement kClaim{"saga_claim", kClaimSql.c_str()};
const storage::Statement kFind{"saga_find", kFindSql.c_str()};
const storage::Statement kFindReady{"saga_find_ready", kFindReadySql.c_str()};
constexpr storage::Statement kTime{"saga_claim_time", "SELECT now()"};

// Its legs stay as they are: an instance that can read them continues from there.
constexpr storage::Statement kParkUnreadable{"saga_park_unreadable", R"(
    WITH parked AS (
      UPDATE saga s
      SET version = s.version + 1, due_at = now() + $5 * interval '1 microsecond',
          lease_owner = NULL, parked_reason = $4, shelf = s.status
      FROM unnest($2::integer[], $3::uuid[]) AS unreadable (tenant_id, saga_id)
      JOIN saga AS old ON old.bucket = $1 AND old.tenant_id = unreadable.tenant_id
                      AND old.saga_id = unreadable.saga_id
      WHERE s.bucket = $1 AND s.tenant_id = unreadable.tenant_id
        AND s.saga_id = unreadable.saga_id
      RETURNING s.tenant_id, s.saga_id, s.kind, s.provider IS NOT NULL AS routed, s.due_at,
                old.due_at AS was_due_at)
    UPDATE saga_queue q SET due_at = parked.due_at
    FROM parked
    WHERE q.bucket = $1 AND q.kind = parked.kind AND q.routed = parked.routed
      AND q.due_at = parked.was_due_at AND q.tenant_id = parked.tenant_id
      AND q.saga_id = parked.saga_id)"};
/// Of those that were not parked for it before.
constexpr storage::Statement kNoteUnreadable{"saga_note_unreadable", R"(
    UPDATE saga s SET updated_at = now()
    FROM unnest($2::integer[], $3::uuid[]) AS unreadable (tenant_id, saga_id)
    WHERE s.bucket = $1 AND s.tenant_id = unreadable.tenant_id
      AND s.saga_id = unreadable.saga_id)"};

struct Keys {
  storage::ArrayParameter tenants;
  storage::ArrayParameter ids;
  bool are_none = true;

  void add(const Saga& saga) {
    tenants.add(saga.tenant);
    ids.add(saga.id);
    are_none = false;
  }
};

/// The rows, of one bucket, are locked; those that cannot be read leave the queue for a while.
std::vector<Saga> take(storage::Transaction& transaction, const pqxx::result& rows,
                       const ClaimRequest& request, Bucket bucket, Claimed& claimed) {
  std::vector<Saga> sagas;
  sagas.reserve(static_cast<std::size_t>(rows.size()));
  Keys unreadable, unreadable_anew;
  const SagaReader reader(rows);
  for (const auto& row : rows) {
    Saga saga = reader.read(row, *request.plan);
    if (saga.unreadable.empty()) {
      sagas.push_back(std::move(saga));
      continue;
    }
    unreadable.add(saga);
    if (saga.parked_reason != kUnreadable) {
      unreadable_anew.add(saga);
      claimed.unreadable.push_back({saga.id, std::move(saga.unreadable)});
    }
  }
  if (!unreadable_anew.are_none) {
    transaction.execute(kNoteUnreadable, bucket, unreadable_anew.tenants, unreadable_anew.ids);
  }
  if (!unreadable.are_none) {
    transaction.execute(kParkUnreadable, bucket, unreadable.tenants, unreadable.ids, kUnreadable,
                        std::int64_t{kUnreadableRest.count()});
  }
  claimed.taken += static_cast<std::int64_t>(rows.size());
  return sagas;
}

/// From each tenant its share; where it looks, and how much it may take there, is in the request.
class Claim {
 public:
  Claim(storage::Transaction& transaction, const ClaimRequest& request)
      : transaction_(transaction),
        request_(request),
        chooses_(request.choose && !request.has_provider) {}

  Claimed make() {
    claimed_.at = storage::read_value<Timestamp>(transaction_.execute(kTime));
    std::vector<ClaimShares::Want> wants;
    for (const TenantWork& work : request_.work) wants.push_back({work.held, work.most});
    ClaimShares shares(request_.limit, std::move(wants));
    while (const auto round = shares.next_round()) {
      ClaimShares::Counts taken(round->size());
      for (std::size_t i = 0; i < round->size(); ++i) {
        taken[i] = take_of(request_.work[i], (*round)[i]);
      }
      choose(std::exchange(to_choose_, {}));
      shares.on_taken(taken);
    }
    return std::move(claimed_);
  }

 private:
  std::int64_t take_of(const TenantWork& work, std::int64_t count) {
    std::int64_t taken = 0;
    for (const QueuePlace& place : work.places) {
      if (taken == count) break;
      const std::int64_t limit = count - taken;
      const pqxx::result rows = chooses_ ? find_ready(work.tenant, place, limit)
                                         : claim_as_it_is(work.tenant, place, limit);
      std::vector<Saga> sagas = take(transaction_, rows, request_, place.bucket, claimed_);
      std::ranges::move(sagas, std::back_inserter(chooses_ ? to_choose_ : claimed_.sagas));
      const auto found = static_cast<std::int64_t>(rows.size());
      if (found < limit) claimed_.exhausted.emplace_back(work.tenant, place.bucket);
      taken += found;
    }
    return taken;
  }

  pqxx::result find_ready(TenantId tenant, const QueuePlace& place, std::int64_t limit) {
    const std::int64_t overdue_us = request_.overdue.count();
    if (request_.ready.empty()) {
      return transaction_.execute(kFind, place.bucket, request_.plan->kind, false, tenant, limit,
                                  overdue_us, place.from);
    }
    storage::ArrayParameter currencies, least, most, ages;
    for (const ReadyBand& band : request_.ready) {
      currencies.add(to_string(band.currency));
      least.add(band.least);
      most.add(band.most);
      ages.add(std::int64_t{band.from_age.count()});
    }
    return transaction_.execute(kFindReady, place.bucket, request_.plan->kind, false, tenant, limit,
                                overdue_us, place.from, currencies, least, most, ages);
  }

  pqxx::result claim_as_it_is(TenantId tenant, const QueuePlace& place, std::int64_t limit) {
    return transaction_.execute(kClaim, place.bucket, request_.plan->kind, request_.has_provider,
                                tenant, limit, std::int64_t{request_.overdue.count()}, place.from,
                                std::int64_t{request_.lease.count()}, request_.owner);
  }

  /// The first step of each, which is locked, is saved with the lease: before its tenant is asked
  /// again, which would find it again.
  void choose(std::vector<Saga> sagas) {
    if (sagas.empty()) return;
    std::vector<Step> steps;
    steps.reserve(sagas.size());
    std::vector<StepToSave> entries;
    for (Saga& saga : sagas) {
      steps.push_back(request_.choose(std::move(saga), *claimed_.at));
      entries.push_back({.step = &steps.back(), .lease = request_.lease, .owner = request_.owner});
    }
    const std::vector<bool> saved = save_steps(transaction_, entries);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!saved[i] || steps[i].rest || steps[i].ended) continue;
      claimed_.sagas.push_back(std::move(steps[i].saga));
      ++claimed_.sagas.back().version;
    }
  }

  storage::Transaction& transaction_;
  const ClaimRequest& request_;
  bool chooses_;
  std::vector<Saga> to_choose_;
  Claimed claimed_;
};

}  // namespace

void ClaimSagas::execute(storage::Transaction& transaction, storage::Slots<ClaimSagas> slots) {
  for (auto& slot : slots) slot.output = Claim(transaction, slot.input).make();
}

}  // namespace remit::engine
