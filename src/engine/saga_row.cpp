#include "remit/engine/saga_row.hpp"

namespace remit::engine {

Saga saga_begun(Step first, const Stored& stored) {
  Saga saga = std::move(first.saga);
  saga.version = initial_version(stored.epoch) + 1;
  saga.created_at = created_when_stored(saga.created_at, stored);
  saga.updated_at = stored.at;
  saga.legs[current_leg_index(saga)].requested_at = truncate_to_milliseconds(stored.at);
  return saga;
}

StepColumns columns_after(const Step& step, Duration lease) {
  const Leg& shown = *shown_leg(step.saga);
  StepColumns columns;
  columns.provider = shown.provider;
  if (shown.requested_at != Timestamp{}) columns.submitted_at = shown.requested_at;
  if (!step.ended) columns.due_after = step.rest.value_or(lease);
  columns.keeps_lease = !step.ended && !step.rest;
  return columns;
}

std::string_view shelf_of(const Saga& saga) {
  const bool is_usual = saga.plan->history_follows && saga.parked_reason.empty() &&
                        (saga.status == kPending || saga.status == kCompleted ||
                         saga.status == saga.plan->legs.front().submitted_status);
  return is_usual ? std::string_view() : std::string_view(saga.status);
}

}  // namespace remit::engine
