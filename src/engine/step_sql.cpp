#include "step_sql.hpp"

#include <map>
#include <set>

#include "legs_document.hpp"
#include "remit/base/text.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/ledger/posting_sql.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/values.hpp"
#include "totals.hpp"

namespace remit::engine {
namespace {

// What a step leaves beside its saga is written for those alone whose version was the right one.
const std::string kSaveSql = R"(
    WITH saved AS (
      UPDATE saga s
      SET status = u.status, version = s.version + 1, provider = u.provider,
          submitted_at = u.submitted_at,
          due_at = now() + u.due_us * interval '1 microsecond',
          lease_owner = CASE WHEN u.keeps_lease THEN coalesce(u.owner, s.lease_owner) END,
          legs = u.legs::jsonb, error_code = u.error_code, error_message = u.error_message,
          parked_reason = u.parked_reason, updated_at = u.updated_at, processed_at = u.processed_at
      FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::text[], $5::text[],
                  $6::timestamptz[], $7::bigint[], $8::boolean[], $9::text[], $10::text[],
                  $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::uuid[],
                  $16::boolean[])
        AS u (tenant_id, saga_id, version, status, provider, submitted_at, due_us, keeps_lease,
              legs, error_code, error_message, parked_reason, updated_at, processed_at, owner,
              is_counted)
      -- The version is the fence: whoever lost the lease changes nothing.
      WHERE s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id AND s.version = u.version
      RETURNING s.tenant_id, s.saga_id, s.kind, s.version, s.status, s.amount, s.currency,
                s.provider, s.submitted_at, s.updated_at, u.is_counted),
    moved AS (
      INSERT INTO saga_transition (tenant_id, saga_id, step, line, from_status, to_status, message,
                                   at)
      SELECT * FROM unnest($17::integer[], $18::uuid[], $19::bigint[], $20::integer[], $21::text[],
                           $22::text[], $23::text[], $24::timestamptz[])
        AS new (tenant_id, saga_id, step, line, from_status, to_status, message, at)
      -- IS TRUE keeps the planner from making a join of it: each is looked up in a hash of what was
      -- saved.
      WHERE ((tenant_id, saga_id, step) IN
             (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE),
    counted AS ()" + std::string(kCountSaved) +
                             R"(),
    posted AS ()" +
                             ledger::insert_postings_sql(
                                 25,
                                 "((tenant_id, transaction_id, step) IN"
                                 " (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE") +
                             R"()
    SELECT tenant_id, saga_id, version FROM saved)";
const storage::Statement kSave{"saga_save", kSaveSql.c_str()};

/// What a step makes. Of equal ones in a batch the first wins: the others are as stale as if they
/// had come in the next.
using SagaVersion = std::pair<SagaKey, std::int64_t>;

SagaVersion version_made(const Step& step) {
  return {{step.saga.tenant, step.saga.id}, step.saga.version + 1};
}

struct StepArrays {
  storage::ArrayParameter tenants, ids, versions, statuses, providers, submitted, due, keeps, legs,
      codes, messages, parked, updated, processed, owners, counted;

  void add(const StepToSave& entry) {
    const Step& step = *entry.step;
    const Saga& saga = step.saga;
    const StepColumns columns = columns_after(step, entry.lease);
    tenants.add(saga.tenant);
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
    messages.add_unless_empty(sanitize_utf8(saga.error_message));
    parked.add_unless_empty(saga.parked_reason);
    updated.add(saga.updated_at);
    processed.add(saga.processed_at);
    owners.add(entry.owner);
    counted.add(is_counted(step));
  }
};

struct TransitionArrays {
  storage::ArrayParameter tenants, ids, steps, lines, from, to, messages, instants;

  void add(const Step& step) {
    std::int32_t line = 0;
    for (const Transition& transition : step.transitions) {
      tenants.add(step.saga.tenant);
      ids.add(step.saga.id);
      steps.add(step.saga.version + 1);
      lines.add(line++);
      from.add(transition.from);
      to.add(transition.to);
      messages.add(sanitize_utf8(transition.message));
      instants.add(step.saga.updated_at);
    }
  }
};

}  // namespace

std::vector<bool> save_steps(storage::Transaction& transaction,
                             const std::vector<StepToSave>& steps) {
  StepArrays s;
  TransitionArrays t;
  ledger::PostingArrays p;
  std::map<SagaVersion, std::size_t> first_of;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i].step;
    if (first_of.emplace(version_made(step), i).second) {
      s.add(steps[i]);
      t.add(step);
      p.add(step.saga.tenant, step.saga.id, step.saga.version + 1, step.saga.updated_at,
            step.postings);
    }
  }
  std::vector<bool> saved(steps.size());
  using storage::read;
  for (const auto& row : transaction.execute(
           kSave, s.tenants, s.ids, s.versions, s.statuses, s.providers, s.submitted, s.due,
           s.keeps, s.legs, s.codes, s.messages, s.parked, s.updated, s.processed, s.owners,
           s.counted, t.tenants, t.ids, t.steps, t.lines, t.from, t.to, t.messages, t.instants,
           p.tenants, p.ids, p.steps, p.lines, p.kinds, p.debits, p.credits, p.amounts,
           p.currencies, p.instants)) {
    const SagaKey key(read<int>(row[0]), read<Uuid>(row[1]));
    saved[first_of.at({key, read<std::int64_t>(row[2])})] = true;
  }
  return saved;
}

}  // namespace remit::engine
