#include "step_sql.hpp"

#include <map>

#include "legs_document.hpp"
#include "remit/base/text.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/ledger/posting_sql.hpp"
#include "remit/storage/columns.hpp"

namespace remit::engine {
namespace {

using storage::column;
using storage::nullable_text;

/// What a step leaves in the row of its saga.
struct StepRow {
  const StepToSave* entry;
  const Saga* saga;
  StepColumns columns;
};

std::optional<std::int64_t> due_us(const StepRow& row) {
  const std::optional<Duration>& time = row.columns.due_after;
  return time ? std::optional<std::int64_t>(time->count()) : std::nullopt;
}
std::string legs_of(const StepRow& row) { return write_legs(row.saga->legs); }
std::string error_message_of(const StepRow& row) { return sanitize_utf8(row.saga->error_message); }
/// Whether the step, once it is saved, counts. Final states are final: a saga is completed once.
bool is_counted(const StepRow& row) {
  return row.saga->plan->totalled && !row.entry->step->transitions.empty() &&
         row.saga->status == kCompleted;
}

constexpr storage::Column<StepRow> kStepColumns[] = {
    column<StepRow, &StepRow::saga, &Saga::tenant>("tenant_id"),
    column<StepRow, &StepRow::saga, &Saga::id>("saga_id"),
    column<StepRow, &StepRow::saga, &Saga::version>("version"),
    column<StepRow, &StepRow::saga, &Saga::status>("status"),
    nullable_text<StepRow, &StepRow::columns, &StepColumns::provider>("provider"),
    column<StepRow, &StepRow::columns, &StepColumns::submitted_at>("submitted_at"),
    column<StepRow, due_us>("due_us"),
    column<StepRow, &StepRow::columns, &StepColumns::keeps_lease>("keeps_lease"),
    column<StepRow, legs_of>("legs"),
    nullable_text<StepRow, &StepRow::saga, &Saga::error_code>("error_code"),
    nullable_text<StepRow, error_message_of>("error_message"),
    nullable_text<StepRow, &StepRow::saga, &Saga::parked_reason>("parked_reason"),
    column<StepRow, &StepRow::saga, &Saga::updated_at>("updated_at"),
    column<StepRow, &StepRow::saga, &Saga::processed_at>("processed_at"),
    column<StepRow, &StepRow::entry, &StepToSave::owner>("owner"),
    column<StepRow, is_counted>("is_counted")};

struct TransitionRow {
  const Saga* saga;
  std::int32_t line;
  const Transition* transition;
};

std::int64_t step_of(const TransitionRow& row) { return row.saga->version + 1; }
std::string message_of(const TransitionRow& row) { return sanitize_utf8(row.transition->message); }

constexpr storage::Column<TransitionRow> kTransitionColumns[] = {
    column<TransitionRow, &TransitionRow::saga, &Saga::tenant>("tenant_id"),
    column<TransitionRow, &TransitionRow::saga, &Saga::id>("saga_id"),
    column<TransitionRow, step_of>("step"),
    column<TransitionRow, &TransitionRow::line>("line"),
    column<TransitionRow, &TransitionRow::transition, &Transition::from>("from_status"),
    column<TransitionRow, &TransitionRow::transition, &Transition::to>("to_status"),
    column<TransitionRow, message_of>("message"),
    column<TransitionRow, &TransitionRow::saga, &Saga::updated_at>("at")};

// Adds to the totals those rows of `saved` whose step is counted; provider and time are those of
// the saved row. Only inserted, never changed, so that saves of the same second do not wait for
// each other.
constexpr const char* kCountSaved = R"(
    INSERT INTO saga_total_delta (tenant_id, kind, begins_at, provider, currency, requests, amount)
    SELECT tenant_id, kind, date_bin('1 second', submitted_at, 'epoch'), provider, currency,
           count(*), sum(amount)
    FROM saved
    WHERE is_counted AND submitted_at IS NOT NULL AND provider IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5)";

// What a step leaves beside its saga is written for those alone whose version was the right one.
const storage::ComposedStatement kSave(
    "saga_save", R"(
    WITH saved AS (
      UPDATE saga s
      SET status = u.status, version = s.version + 1, provider = u.provider,
          submitted_at = u.submitted_at,
          due_at = now() + u.due_us * interval '1 microsecond',
          lease_owner = CASE WHEN u.keeps_lease THEN coalesce(u.owner, s.lease_owner) END,
          legs = u.legs::jsonb, error_code = u.error_code, error_message = u.error_message,
          parked_reason = u.parked_reason, updated_at = u.updated_at, processed_at = u.processed_at
      FROM {steps}
      -- The version is the fence: an owner that has lost the lease changes nothing.
      WHERE s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id AND s.version = u.version
      RETURNING s.tenant_id, s.saga_id, s.kind, s.version, s.status, s.amount, s.currency,
                s.provider, s.submitted_at, s.updated_at, u.is_counted),
    moved AS (
      INSERT INTO saga_transition ({transition_columns})
      SELECT * FROM {transitions}
      -- IS TRUE keeps the planner from making a join of it: each is looked up in a hash of what was
      -- saved.
      WHERE ((tenant_id, saga_id, step) IN
             (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE),
    counted AS ({count_saved}),
    posted AS ({insert_postings})
    SELECT tenant_id, saga_id, version FROM saved)",
    {{"{steps}", storage::unnest(kStepColumns, "u")},
     {"{transition_columns}", storage::names(kTransitionColumns)},
     {"{transitions}", storage::unnest(kTransitionColumns, "new")},
     {"{count_saved}", kCountSaved},
     {"{insert_postings}",
      ledger::insert_postings("((tenant_id, transaction_id, step) IN"
                              " (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE")}});

/// What a step makes. Of equal ones in a batch the first wins: the others are as stale as if they
/// had come in the next.
using SagaVersion = std::pair<SagaKey, std::int64_t>;

SagaVersion version_made(const Step& step) {
  return {{step.saga.tenant, step.saga.id}, step.saga.version + 1};
}

}  // namespace

std::vector<bool> save_steps(storage::Transaction& transaction,
                             const std::vector<StepToSave>& steps) {
  storage::RowArrays<StepRow> rows(kStepColumns);
  storage::RowArrays<TransitionRow> transitions(kTransitionColumns);
  ledger::PostingArrays postings;
  std::map<SagaVersion, std::size_t> first_of;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i].step;
    if (!first_of.emplace(version_made(step), i).second) continue;
    rows.add(
        {.entry = &steps[i], .saga = &step.saga, .columns = columns_after(step, steps[i].lease)});
    std::int32_t line = 0;
    for (const Transition& transition : step.transitions) {
      transitions.add({.saga = &step.saga, .line = line++, .transition = &transition});
    }
    postings.add(step.saga.tenant, step.saga.id, step.saga.version + 1, step.saga.updated_at,
                 step.postings);
  }
  std::vector<bool> saved(steps.size());
  for (const auto& row : transaction.execute(kSave, rows, transitions, postings)) {
    const auto [tenant, id, version] = storage::read_row<TenantId, Uuid, std::int64_t>(row);
    saved[first_of.at({{tenant, id}, version})] = true;
  }
  return saved;
}

}  // namespace remit::engine
