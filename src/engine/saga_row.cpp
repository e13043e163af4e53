#include "remit/engine/saga_row.hpp"

namespace remit::engine {

std::int64_t initial_version(Timestamp created_at) { return created_at.time_since_epoch().count(); }

Saga saga_begun(Step first, Timestamp at) {
  Saga saga = std::move(first.saga);
  saga.version = initial_version(saga.created_at) + 1;
  saga.updated_at = at;
  saga.legs[current_leg_index(saga)].requested_at = truncate_to_milliseconds(at);
  return saga;
}

StepColumns columns_after(const Step& step, Duration lease) {
  const Leg* current = current_leg(step.saga);
  const Leg& shown = current != nullptr ? *current : step.saga.legs.back();
  StepColumns columns;
  columns.provider = shown.provider;
  if (shown.requested_at != Timestamp{}) {
    columns.submitted_at = shown.requested_at;
  }
  if (!step.ended) {
    columns.due_after = step.rest.value_or(lease);
  }
  columns.keeps_lease = !step.ended && !step.rest;
  return columns;
}

}  // namespace remit::engine
