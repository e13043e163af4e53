#include "simulation/saga_insertion.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace remit::simulation {

std::shared_ptr<SagaRow> first_row(engine::NewSaga& entry, Duration now, engine::Stored stored) {
  auto row = std::make_shared<SagaRow>(std::move(entry.saga));
  engine::Saga& saga = row->saga;
  if (saga.amount.minor <= 0) throw bad_data();
  saga.status = engine::kPending;
  saga.version = engine::initial_version(stored.epoch);
  saga.created_at = engine::created_when_stored(saga.created_at, stored);
  saga.updated_at = saga.created_at;
  if (!entry.store_legs) saga.legs = saga.plan->initial_legs(saga);
  row->due_at = now + entry.start_after;
  return row;
}

std::shared_ptr<SagaRow> begun_row(const engine::FirstStep& first, Duration now,
                                   engine::Stored stored) {
  auto row = std::make_shared<SagaRow>(engine::saga_begun(first.step, stored));
  row->provider = engine::current_leg(row->saga)->provider;
  row->submitted_at = engine::current_leg(row->saga)->requested_at;
  row->due_at = now + first.lease;
  row->lease_owner = first.owner;
  return row;
}

void share_leases(Tables::Storage& storage, const std::vector<engine::NewSaga>& sagas,
                  engine::Inserted& inserted) {
  std::map<Bucket, std::vector<const engine::NewSaga*>> by_bucket;
  for (const engine::NewSaga& entry : sagas) by_bucket[entry.saga.bucket].push_back(&entry);
  for (const auto& [bucket, entries] : by_bucket) {
    const auto is_begun = [](const engine::NewSaga* entry) { return entry->first != nullptr; };
    if (!std::ranges::all_of(entries, is_begun)) continue;
    const auto lease = std::make_shared<engine::BatchLease>();
    lease->id = entries.front()->first->lease_id;
    for (const engine::NewSaga* entry : entries) {
      const auto stored =
          inserted.find({entry->first->step.saga.tenant, entry->first->step.saga.id});
      if (stored == inserted.end() || stored->second.lease) continue;
      stored->second.lease = lease;
      ++lease->size;
      storage.leases[lease->id].emplace_back(stored->first,
                                             engine::initial_version(stored->second.epoch) + 1);
    }
  }
}

}  // namespace remit::simulation
