#include "claim_planner.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

constexpr int kLookShare = 20;
/// Between two looks everywhere.
constexpr Duration kLooksApart = std::chrono::seconds(1);

}  // namespace

bool ClaimPlanner::place(ClaimRequest& request, Places& places, Duration now) {
  if (now >= places.next_look) return true;
  request.places = places.known;
  if (request.places.empty()) return false;
  places.first = (places.first + 1) % request.places.size();
  std::ranges::rotate(request.places,
                      request.places.begin() + static_cast<std::ptrdiff_t>(places.first));
  return true;
}

void ClaimPlanner::on_looked(bool has_provider, std::vector<QueuePlace> found, Duration begun_at,
                             Duration now) {
  Places& places = has_provider ? routed_ : queued_;
  places.known = std::move(found);
  places.next_look = begun_at + std::max((now - begun_at) * kLookShare, kLooksApart);
}

void ClaimPlanner::on_work(Bucket bucket) {
  for (Places* places : {&routed_, &queued_}) {
    const auto known = std::ranges::find(places->known, bucket, &QueuePlace::bucket);
    if (known == places->known.end()) places->known.push_back({bucket});
  }
}

std::optional<ClaimRequest> ClaimPlanner::routed(std::int64_t limit, Duration now) {
  ClaimRequest request{.plan = settings_.plan,
                       .has_provider = true,
                       .limit = limit,
                       .owner = settings_.owner,
                       .lease = settings_.lease};
  return place(request, routed_, now) ? std::optional(std::move(request)) : std::nullopt;
}

std::optional<ClaimPlanner::QueueClaim> ClaimPlanner::queued(std::int64_t limit, Survey survey,
                                                             Timestamp database_now, Duration now) {
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
  return place(claim.request, queued_, now) ? std::optional(std::move(claim)) : std::nullopt;
}

void ClaimPlanner::on_queue_claimed(const QueueClaim& claim, load::Found found, Duration now) {
  if (!claim.looks_through || found == load::Found::more) return;
  const Duration took = now - claim.begun_at;
  next_look_ = claim.begun_at + std::max(took * kLookShare, settings_.idle_interval);
}

}  // namespace remit::engine
