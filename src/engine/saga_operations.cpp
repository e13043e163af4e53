#include "remit/engine/saga_operations.hpp"

#include <vector>

#include "step_sql.hpp"

namespace remit::engine {
namespace {

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

}  // namespace

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
