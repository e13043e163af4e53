#include "remit/engine/saga_row.hpp"

namespace remit::engine {

Saga saga_begun(Step first, Stored stored) {
  Saga saga = std::move(first.saga);
  saga.version = initial_version(stored.epoch) + 1;
  saga.created_at = created_when_stored(saga.created_at, stored);
  saga.updated_at = stored.at;
  saga.legs[current_leg_index(saga)].requested_at = truncate_to_milliseconds(stored.at);
  return saga;
}

StepColumns columns_after(const Step& step, Duration lease) {
  const Leg* current = current_leg(step.saga);
  const Leg& shown = current != nullptr ? *current : step.saga.legs.back();
  StepColumns columns;
  columns.provider = shown.provider;
  if (shown.requested_at != Timestamp{}) columns.submitted_at = shown.requested_at;
  if (!step.ended) columns.due_after = step.rest.value_or(lease);
  columns.keeps_lease = !step.ended && !step.rest;
  return columns;
}

}  // namespace remit::engine
