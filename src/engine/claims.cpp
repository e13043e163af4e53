#include "claims.hpp"

#include <iterator>
#include <string_view>
#include <utility>

#include "remit/engine/claim_operations.hpp"
#include "remit/engine/runner.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"
#include "saga_choice.hpp"

namespace remit::engine {
namespace {

using load::Found;
using load::PermitKind;

void log_unreadable(const Claimed& claimed, std::string_view kind) {
  for (const UnreadableSaga& saga : claimed.unreadable) {
    telemetry::log(telemetry::Level::error, "payment cannot be read; it is parked",
                   {{"payment_id", saga.id.to_string()}, {"kind", kind}, {"why", saga.why}});
  }
}

}  // namespace

std::optional<Timestamp> Claims::database_time() const {
  if (!time_at_zero_) return std::nullopt;
  return *time_at_zero_ + now();
}

StandingOf Claims::standing_of() const {
  return [this](TenantId tenant) { return parts_.permits.standing_of(tenant); };
}

void Claims::on_work(Bucket bucket, TenantId tenant) {
  planner_.on_work(bucket, tenant, now());
  some_have_a_right_ = some_have_a_right_ || parts_.permits.has_right(tenant);
}

Task<Found> Claims::claim_routed() {
  const std::optional<std::int64_t> count = parts_.permits.decide().claim_routed;
  if (!count) co_return Found::all;
  co_await look(true);
  ClaimPlanner::Planned planned = planner_.routed(*count, standing_of(), now());
  const Found found = co_await claim(std::move(planned));
  parts_.permits.admission().on_routed_claimed(found, now());
  co_return found;
}

Task<Found> Claims::claim_queued() {
  co_await look(false);
  std::optional<ClaimPlanner::QueueClaim> claim_of_queue;
  if (const std::optional<Timestamp> database_now = database_time()) {
    const std::int64_t count = parts_.permits.decide().claim_queued;
    Survey survey = survey_for(*parts_.actors->plan, parts_.actors->book);
    claim_of_queue = planner_.queued(count, standing_of(), std::move(survey), *database_now, now());
  }
  if (!claim_of_queue) {
    parts_.permits.admission().on_queue_skipped();
    co_return Found::all;
  }
  ClaimPlanner::Planned planned = std::move(claim_of_queue->planned);
  const bool leaves_out = planned.leaves_out;
  if (planned.request.limit > 0) some_have_a_right_ = false;
  const Found found = co_await claim(std::move(planned));
  if (leaves_out || found == Found::unknown) some_have_a_right_ = true;
  parts_.permits.admission().on_queue_claimed(found, claim_of_queue->remainder, now());
  planner_.on_queue_claimed(*claim_of_queue, found, now());
  co_return found;
}

Task<void> Claims::look(bool has_provider) {
  const Duration begun_at = now();
  const std::optional<LookRequest> planned = planner_.look(has_provider, begun_at);
  if (!planned || parts_.actors->stopping) co_return;
  LookRequest request = *planned;
  const Result<WorkSeen> seen = co_await parts_.actors->database.run<LookForWork>(request);
  if (!seen) co_return;
  time_at_zero_ = seen->at - begun_at;
  planner_.on_looked(has_provider, *seen, begun_at, now());
  if (seen->epoch != std::exchange(epoch_, seen->epoch)) parts_.on_purge();
}

Task<Found> Claims::claim(ClaimPlanner::Planned planned) {
  ClaimRequest request = std::move(planned.request);
  const std::int64_t limit = request.limit;
  if (limit == 0 || parts_.actors->stopping) co_return Found::unknown;
  if (request.work.empty()) co_return Found::all;
  const PermitKind kind = request.has_provider ? PermitKind::routed : PermitKind::queued;
  const Duration leased_from = now();
  parts_.permits.admission().begin_claim(limit);
  Result<Claimed> claimed = co_await parts_.actors->database.run<ClaimSagas>(std::move(request));
  parts_.permits.admission().end_claim();
  if (!claimed || !claimed->at) co_return Found::unknown;
  time_at_zero_ = *claimed->at - leased_from;
  planner_.on_claimed(kind == PermitKind::routed, *claimed, leased_from, now());
  log_unreadable(*claimed, parts_.actors->plan->kind);
  parts_.actors->counts.parked += std::ssize(claimed->unreadable);
  const LeaseHold lease{.claimed_at = *claimed->at,
                        .earliest = leased_from,
                        .latest = now(),
                        .lease_end = leased_from + parts_.actors->lease};
  for (Saga& saga : claimed->sagas) parts_.act(std::move(saga), lease, kind);
  co_return claimed->taken == limit || planned.leaves_out ? Found::more : Found::all;
}

}  // namespace remit::engine
