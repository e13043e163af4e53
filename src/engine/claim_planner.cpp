#include "claim_planner.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

constexpr int kLookShare = 20;

}  // namespace

std::optional<LookRequest> ClaimPlanner::look(bool has_provider, Duration now) const {
  const KnownWork& work = has_provider ? routed_ : queued_;
  if (!work.is_to_be_looked_for(now)) return std::nullopt;
  return LookRequest{.plan = settings_.plan, .has_provider = has_provider};
}

void ClaimPlanner::on_looked(bool has_provider, const WorkSeen& seen, Duration begun_at,
                             Duration now) {
  known(has_provider).on_looked(seen, begun_at, now);
}

void ClaimPlanner::on_work(Bucket bucket, TenantId tenant, Duration now) {
  for (KnownWork* work : {&routed_, &queued_}) work->on_work(bucket, tenant, now);
}

void ClaimPlanner::on_claimed(bool has_provider, const Claimed& claimed, Duration begun_at,
                              Duration now) {
  for (const auto& [tenant, bucket] : claimed.exhausted) {
    known(has_provider).on_exhausted(bucket, tenant, begun_at, now);
  }
}

ClaimPlanner::Planned ClaimPlanner::routed(std::int64_t limit, const StandingOf& standing_of,
                                           Duration now) {
  KnownWork::Picked picked = routed_.pick(limit, standing_of, now);
  return {.request = {.plan = settings_.plan,
                      .work = std::move(picked.work),
                      .has_provider = true,
                      .limit = limit,
                      .owner = settings_.owner,
                      .lease = settings_.lease},
          .leaves_out = picked.leaves_out};
}

std::optional<ClaimPlanner::QueueClaim> ClaimPlanner::queued(std::int64_t limit,
                                                             const StandingOf& standing_of,
                                                             Survey survey, Timestamp database_now,
                                                             Duration now) {
  Readiness readiness = readiness_of(*settings_.plan, survey, database_now, settings_.policy);
  if (readiness.nobody_takes_calls) return std::nullopt;
  const bool some_wait = !readiness.bands.empty();
  QueueClaim claim;
  claim.remainder = some_wait ? load::Remainder::waits_by_choice : load::Remainder::none;
  claim.looks_through = some_wait && now >= next_look_;
  claim.begun_at = now;
  KnownWork::Picked picked = queued_.pick(limit, standing_of, now);
  claim.planned.leaves_out = picked.leaves_out;
  claim.planned.request = {.plan = settings_.plan,
                           .work = std::move(picked.work),
                           .limit = limit,
                           .overdue = claim.looks_through ? Duration::zero() : readiness.youngest(),
                           .ready = std::move(readiness.bands),
                           .owner = settings_.owner,
                           .lease = settings_.lease,
                           .choose = chooser(std::move(survey), settings_.policy)};
  return claim;
}

void ClaimPlanner::on_queue_claimed(const QueueClaim& claim, load::Found found, Duration now) {
  if (!claim.looks_through || found == load::Found::more) return;
  const Duration took = now - claim.begun_at;
  next_look_ = claim.begun_at + std::max(took * kLookShare, settings_.idle_interval);
}

}  // namespace remit::engine
