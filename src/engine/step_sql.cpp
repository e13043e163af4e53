#include "step_sql.hpp"

#include <map>

#include "legs_document.hpp"
#include "remit/base/text.hpp"
#include "remit/engine/saga_facts.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/ledger/posting_sql.hpp"
#include "remit/outbox/fact_sql.hpp"
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
std::string legs_of(const StepRow& row) { return write_legs(*row.saga); }
std::string_view shelf_of(const StepRow& row) { return engine::shelf_of(*row.saga); }
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
    column<StepRow, &StepRow::saga, &Saga::is_traced>("is_traced"),
    column<StepRow, shelf_of>("shelf"),
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
  Timestamp at;
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
    column<TransitionRow, &TransitionRow::at>("at")};

// Time is the database's: what a step says of it is how much later than now. OFFSET 0: it must not
// become a part of the SET, where Citus takes no function of a column that depends on the time.
constexpr const char* kSaved = R"(
      UPDATE saga s
      SET status = u.status, version = s.version + 1, provider = u.provider,
          submitted_at = u.submitted_at, due_at = u.due_at,
          lease_owner = CASE WHEN u.keeps_lease THEN coalesce(u.owner, s.lease_owner) END,
          is_traced = u.is_traced, shelf = u.shelf,
          legs = u.legs, error_code = u.error_code, error_message = u.error_message,
          parked_reason = u.parked_reason, updated_at = u.updated_at, processed_at = u.processed_at
      FROM (SELECT *, now() + due_us * interval '1 microsecond' AS due_at FROM {steps}
            OFFSET 0) AS u
      JOIN saga AS old ON old.bucket = $1 AND old.tenant_id = u.tenant_id
                      AND old.saga_id = u.saga_id AND old.version = u.version
      -- The version is the fence: an owner that has lost the lease changes nothing.
      WHERE s.bucket = $1 AND s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id
        AND s.version = u.version
      RETURNING s.bucket, s.tenant_id, s.saga_id, s.kind, s.version, s.amount, s.currency,
                s.provider, s.submitted_at, s.due_at, u.is_counted, old.due_at AS was_due_at,
                old.provider IS NOT NULL AS was_routed)";

constexpr const char* kQueued = R"(
    gone AS (
      DELETE FROM saga_queue q USING saved
      WHERE q.bucket = $1 AND q.kind = saved.kind AND q.routed = saved.was_routed
        AND q.due_at = saved.was_due_at AND q.tenant_id = saved.tenant_id
        AND q.saga_id = saved.saga_id),
    queued AS (
      INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
      SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, saga_id
      FROM saved WHERE due_at IS NOT NULL))";

// Adds to the totals those rows of `saved` whose step is counted; provider and time are those of
// the saved row. Only inserted, never changed, so that saves of the same second do not wait for
// each other.
constexpr const char* kCounted = R"(
    counted AS (
      INSERT INTO saga_total_delta (bucket, tenant_id, kind, begins_at, provider, currency,
                                    requests, amount)
      SELECT bucket, tenant_id, kind, date_bin('1 second', submitted_at, 'epoch'), provider,
             currency, count(*), sum(amount)
      FROM saved
      WHERE is_counted AND submitted_at IS NOT NULL AND provider IS NOT NULL
      GROUP BY 1, 2, 3, 4, 5, 6))";

constexpr const char* kAnswer = "SELECT tenant_id, saga_id, version FROM saved";

/// The first parameter is the bucket.
storage::Filling saved() {
  return [](std::string& sql, int& parameters) {
    ++parameters;
    std::string_view text = kSaved;
    const std::string_view hole = "{steps}";
    const std::size_t at = text.find(hole);
    sql += text.substr(0, at);
    storage::unnest(kStepColumns, "step")(sql, parameters);
    sql += text.substr(at + hole.size());
  };
}

/// Of those alone whose version was the right one. IS TRUE keeps the planner from making a join of
/// it: each is looked up in a hash of what was saved.
storage::Filling told() {
  return outbox::insert_facts("$1",
                              "((tenant_id, id, step) IN"
                              " (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE");
}

// Many steps leave nothing beside their saga, and most of the others no more than facts.
const storage::ComposedStatement kSaveBare(
    "saga_save_bare", R"(
    WITH saved AS ({saved}), {queued}, {counted} {answer})",
    {{"{saved}", saved()}, {"{queued}", kQueued}, {"{counted}", kCounted}, {"{answer}", kAnswer}});

const storage::ComposedStatement kSaveTold("saga_save_told", R"(
    WITH saved AS ({saved}), {queued}, {counted}, {told} {answer})",
                                           {{"{saved}", saved()},
                                            {"{queued}", kQueued},
                                            {"{counted}", kCounted},
                                            {"{told}", told()},
                                            {"{answer}", kAnswer}});

const storage::ComposedStatement kSave(
    "saga_save", R"(
    WITH saved AS ({saved}), {queued}, {counted}, {told},
    moved AS (
      INSERT INTO saga_transition (bucket, {transition_columns})
      SELECT $1, * FROM {transitions}
      WHERE ((tenant_id, saga_id, step) IN
             (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE),
    posted AS ({insert_postings})
    {answer})",
    {{"{saved}", saved()},
     {"{queued}", kQueued},
     {"{counted}", kCounted},
     {"{told}", told()},
     {"{transition_columns}", storage::names(kTransitionColumns)},
     {"{transitions}", storage::unnest(kTransitionColumns, "new")},
     {"{insert_postings}",
      ledger::insert_postings("$1",
                              "((tenant_id, transaction_id, step) IN"
                              " (SELECT tenant_id, saga_id, version FROM saved)) IS TRUE")},
     {"{answer}", kAnswer}});

/// What a step makes. Of equal ones in a batch the first wins: the others are as stale as if they
/// had come in the next.
using SagaVersion = std::pair<SagaKey, std::int64_t>;

SagaVersion version_made(const Step& step) {
  return {{step.saga.tenant, step.saga.id}, step.saga.version + 1};
}

/// What the steps of one bucket write.
class Writing {
 public:
  void add(const StepToSave& entry) {
    const Step& step = *entry.step;
    const Saga& saga = step.saga;
    rows_.add({.entry = &entry, .saga = &saga, .columns = columns_after(step, entry.lease)});
    facts_.add(saga.tenant, saga.id, saga.version + 1, facts_of(step));
    if (saga.is_traced) add_transitions(step);
    if (!saga.plan->postings_follow && !step.postings.empty()) {
      postings_.add(saga.tenant, saga.id, saga.version + 1, saga.updated_at, step.postings);
      is_bare_ = false;
    }
  }

  pqxx::result execute(storage::Transaction& transaction, Bucket bucket) const {
    if (!is_bare_)
      return transaction.execute(kSave, bucket, rows_, facts_, transitions_, postings_);
    return facts_.empty() ? transaction.execute(kSaveBare, bucket, rows_)
                          : transaction.execute(kSaveTold, bucket, rows_, facts_);
  }

 private:
  void add_transitions(const Step& step) {
    const Saga& saga = step.saga;
    std::int32_t line = 0;
    if (step.catches_up) {
      transitions_.add({.saga = &saga,
                        .line = line++,
                        .transition = &step.catches_up->transition,
                        .at = step.catches_up->at});
    }
    for (const Transition& transition : step.transitions) {
      transitions_.add(
          {.saga = &saga, .line = line++, .transition = &transition, .at = saga.updated_at});
    }
    if (line > 0) is_bare_ = false;
  }

  storage::RowArrays<StepRow> rows_{kStepColumns};
  outbox::FactArrays facts_;
  storage::RowArrays<TransitionRow> transitions_{kTransitionColumns};
  ledger::PostingArrays postings_;
  bool is_bare_ = true;
};

}  // namespace

std::vector<bool> save_steps(storage::Transaction& transaction,
                             const std::vector<StepToSave>& steps) {
  std::map<Bucket, Writing> by_bucket;
  std::map<SagaVersion, std::size_t> first_of;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i].step;
    if (first_of.emplace(version_made(step), i).second) by_bucket[step.saga.bucket].add(steps[i]);
  }
  std::vector<bool> saved(steps.size());
  for (const auto& [bucket, writing] : by_bucket) {
    for (const auto& row : writing.execute(transaction, bucket)) {
      const auto [tenant, id, version] = storage::read_row<TenantId, Uuid, std::int64_t>(row);
      saved[first_of.at({{tenant, id}, version})] = true;
    }
  }
  return saved;
}

}  // namespace remit::engine
