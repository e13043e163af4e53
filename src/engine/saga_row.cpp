#include "remit/engine/saga_row.hpp"

#include <algorithm>

namespace remit::engine {

bool is_ready(const Saga& saga, const std::vector<ReadyBand>& bands, Timestamp now) {
  if (bands.empty() || saga.version > initial_version_of(saga.version)) return true;
  return std::ranges::any_of(bands, [&saga, now](const ReadyBand& band) {
    const bool is_old_enough =
        band.from_age == Duration::zero() || saga.created_at <= now - band.from_age;
    return saga.amount.currency == band.currency && saga.amount.minor >= band.least &&
           saga.amount.minor <= band.most && is_old_enough;
  });
}

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
