#include "remit/engine/saga_operations.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "lease_sql.hpp"
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
    WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3
      AND q.due_at <= now() - $5 * interval '1 microsecond'
      AND q.due_at >= coalesce($6, '-infinity'::timestamptz))" +
         std::string(condition) + " ORDER BY q.due_at LIMIT $4 FOR UPDATE OF q, s SKIP LOCKED";
}

// In one of the bands, or looked at before, with a version above its first (see initial_version).
// Then it may wait for reasons of its own (who refused it, who failed it), which no band knows, and
// rests by itself.
constexpr std::string_view kIsReady = R"(
    AND ((version & 4294967295) <> 0
         OR EXISTS (SELECT 1 FROM unnest($7::text[], $8::bigint[], $9::bigint[], $10::bigint[])
                      AS band (currency, least, most, age_us)
                    WHERE band.currency = s.currency AND s.amount BETWEEN least AND most
                      AND (age_us = 0
                           OR s.created_at <= now() - age_us * interval '1 microsecond'))))";

std::string claim_sql() {
  return "WITH due AS (" + due_sql("q.due_at, q.tenant_id, q.saga_id") +
         R"(),
    moved AS (
      UPDATE saga_queue q SET due_at = now() + $7 * interval '1 microsecond'
      FROM due
      WHERE q.bucket = $1 AND q.kind = $2 AND q.routed = $3 AND q.due_at = due.due_at
        AND q.tenant_id = due.tenant_id AND q.saga_id = due.saga_id)
    UPDATE saga s
    SET version = s.version + 1, due_at = now() + $7 * interval '1 microsecond', lease_owner = $8
    FROM due WHERE s.bucket = $1 AND s.tenant_id = due.tenant_id AND s.saga_id = due.saga_id
    RETURNING due.due_at AS queued_since, )" +
         kColumns;
}

const std::string kClaimSql = claim_sql();
const std::string kFindColumns = "q.due_at AS queued_since, " + kColumns;
const std::string kFindSql = due_sql(kFindColumns);
const std::string kFindReadySql = due_sql(kFindColumns, kIsReady);
const storage::Statement kClaim{"saga_claim", kClaimSql.c_str()};
const storage::Statement kFind{"saga_find", kFindSql.c_str()};
const storage::Statement kFindReady{"saga_find_ready", kFindReadySql.c_str()};
constexpr storage::Statement kTime{"saga_claim_time", "SELECT now()"};
/// The time; the first bucket from there on in which there is any work, and in which the lease of a
/// batch has ended; and how many purges there were.
constexpr storage::Statement kNextBucket{"saga_next_bucket", R"(
    SELECT now(), (SELECT bucket FROM saga_queue WHERE bucket >= $1 ORDER BY bucket LIMIT 1),
           (SELECT bucket FROM saga_lease
            WHERE bucket >= $1 AND kind = $2 AND ends_at <= now() ORDER BY bucket LIMIT 1),
           (SELECT epoch FROM purge_epoch WHERE one))"};

// A new entry: the old one changed in place would be followed to its new instant by a claim that
// waited for nothing, but looks up the entry by the old one.
constexpr storage::Statement kRelease{"saga_release", R"(
    WITH released AS (
      UPDATE saga s SET due_at = now(), lease_owner = NULL, version = s.version + 1
      FROM saga AS old
      WHERE s.bucket = $1 AND s.tenant_id = $2 AND s.saga_id = $3 AND s.version = $4
        AND old.bucket = $1 AND old.tenant_id = $2 AND old.saga_id = $3 AND old.version = $4
      RETURNING s.bucket, s.kind, s.due_at, s.provider IS NOT NULL AS routed, s.tenant_id,
                s.saga_id, old.due_at AS was_due_at),
    gone AS (
      DELETE FROM saga_queue q USING released
      WHERE q.bucket = $1 AND q.kind = released.kind AND q.routed = released.routed
        AND q.due_at = released.was_due_at AND q.tenant_id = $2 AND q.saga_id = $3),
    queued AS (
      INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
      SELECT bucket, kind, routed, due_at, tenant_id, saga_id FROM released)
    SELECT 1 FROM released)"};

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

/// So far behind now() an entry may be that another transaction is about to commit.
constexpr Duration kCommitTime = std::chrono::seconds(1);

/// From one bucket that has work to the next, until there are enough.
class Claim {
 public:
  Claim(storage::Transaction& transaction, const ClaimRequest& request)
      : transaction_(transaction), request_(request) {}

  Claimed make() {
    if (request_.places.empty()) {
      look_everywhere();
    } else {
      claimed_.at = storage::read_value<Timestamp>(transaction_.execute(kTime));
      for (const QueuePlace& place : request_.places) look_at(place);
    }
    return std::move(claimed_);
  }

 private:
  void look_everywhere() {
    std::int64_t from = 0;
    while (const std::optional<Bucket> bucket = next_bucket(from)) {
      claimed_.places.push_back({*bucket, look_at({*bucket})});
      from = bucket->value() + 1;
    }
  }

  std::optional<Bucket> next_bucket(std::int64_t from) {
    const pqxx::result rows = transaction_.execute(kNextBucket, from, request_.plan->kind);
    const auto [now, with_work, with_ended_lease, epoch] =
        storage::read_row<Timestamp, std::optional<Bucket>, std::optional<Bucket>, std::int64_t>(
            rows.front());
    claimed_.at = now;
    claimed_.epoch = epoch;
    if (!with_ended_lease || (with_work && *with_work < *with_ended_lease)) return with_work;
    queue_ended_leases(transaction_, *with_ended_lease, *request_.plan);
    return with_ended_lease;
  }

  /// From when on there may be more. Not known where some are passed over because they wait for a
  /// cheaper provider.
  std::optional<Timestamp> look_at(const QueuePlace& place) {
    const std::int64_t limit = request_.limit - claimed_.taken;
    if (limit <= 0) return place.from;
    const bool chooses = request_.choose && !request_.has_provider;
    const pqxx::result rows = chooses ? find_ready(place, limit) : claim_as_it_is(place, limit);
    std::vector<Saga> sagas = take(transaction_, rows, request_, place.bucket, claimed_);
    if (chooses) {
      choose(std::move(sagas));
    } else {
      std::ranges::move(sagas, std::back_inserter(claimed_.sagas));
    }
    if (!request_.ready.empty()) return std::nullopt;
    Timestamp since = *claimed_.at - request_.overdue - kCommitTime;
    for (const auto& row : rows) {
      since = std::min(since, storage::read<Timestamp>(row["queued_since"]));
    }
    return since;
  }

  pqxx::result find_ready(const QueuePlace& place, std::int64_t limit) {
    const std::int64_t overdue_us = request_.overdue.count();
    if (request_.ready.empty()) {
      return transaction_.execute(kFind, place.bucket, request_.plan->kind, false, limit,
                                  overdue_us, place.from);
    }
    storage::ArrayParameter currencies, least, most, ages;
    for (const ReadyBand& band : request_.ready) {
      currencies.add(to_string(band.currency));
      least.add(band.least);
      most.add(band.most);
      ages.add(std::int64_t{band.from_age.count()});
    }
    return transaction_.execute(kFindReady, place.bucket, request_.plan->kind, false, limit,
                                overdue_us, place.from, currencies, least, most, ages);
  }

  pqxx::result claim_as_it_is(const QueuePlace& place, std::int64_t limit) {
    return transaction_.execute(kClaim, place.bucket, request_.plan->kind, request_.has_provider,
                                limit, std::int64_t{request_.overdue.count()}, place.from,
                                std::int64_t{request_.lease.count()}, request_.owner);
  }

  /// The first step of each, which is locked, is saved with the lease.
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
  Claimed claimed_;
};

}  // namespace

void ClaimSagas::execute(storage::Transaction& transaction, storage::Slots<ClaimSagas> slots) {
  for (auto& slot : slots) slot.output = Claim(transaction, slot.input).make();
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
        transaction.execute(kRelease, saga.bucket, saga.tenant, saga.id, saga.version);
    slot.output = result.empty() ? Saved::fenced : Saved::saved;
  }
}

}  // namespace remit::engine
