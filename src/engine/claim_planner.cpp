#include "claim_planner.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

constexpr int kLookShare = 20;

}  // namespace

ClaimRequest ClaimPlanner::routed(std::int64_t limit) const {
  return {.plan = settings_.plan,
          .has_provider = true,
          .limit = limit,
          .owner = settings_.owner,
          .lease = settings_.lease};
}

std::optional<ClaimPlanner::QueueClaim> ClaimPlanner::queued(std::int64_t limit, Survey survey,
                                                             Timestamp database_now,
                                                             Duration now) const {
  Readiness readiness = readiness_of(*settings_.plan, survey, database_now, settings_.policy);
  if (readiness.nobody_takes_calls) return std::nullopt;
  const bool some_wait = !readiness.bands.empty();
  QueueClaim claim;
  claim.remainder = some_wait ? load::Remainder::waits_by_choice : load::Remainder::none;
  claim.looks_through = some_wait && now >= next_look_;
  claim.begun_at = now;
  claim.request = {.plan = settings_.plan,
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
