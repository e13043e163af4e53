#include "known_work.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

constexpr int kLookShare = 20;
/// Between two looks.
constexpr Duration kLooksApart = std::chrono::seconds(1);
/// So few are asked each time: what has come to be due since the look is found sooner.
constexpr std::size_t kFewPlaces = 64;
/// That one claim asks, about.
constexpr std::size_t kMostAsked = 256;
/// So far behind the time of a look an entry may be that another transaction is about to commit.
constexpr Duration kCommitTime = std::chrono::seconds(1);

}  // namespace

void KnownWork::on_looked(const WorkSeen& seen, Duration begun_at, Duration now) {
  std::map<TenantId, Places> found;
  for (const WorkPlace& place : seen.places) {
    const Duration due_in = std::max(place.due - seen.at, Duration::zero());
    found[place.tenant].push_back(
        {.bucket = place.bucket,
         .from = std::min(place.due, seen.at - kCommitTime),
         .asked_from = seen.places.size() <= kFewPlaces ? begun_at : begun_at + due_in,
         .told_at = begun_at,
         .due_at = now + due_in});  // the look's time is between the two: it is due by then
  }
  const std::map<TenantId, Places> before = std::exchange(tenants_, std::move(found));
  // The look may have come too early for what was told meanwhile.
  for (const auto& [tenant, places] : before) {
    for (const Place& place : places) {
      if (place.told_at > begun_at) on_work(place.bucket, tenant, place.told_at);
    }
  }
  next_look_ = begun_at + std::max((now - begun_at) * kLookShare, kLooksApart);
}

void KnownWork::on_work(Bucket bucket, TenantId tenant, Duration now) {
  Places& places = tenants_[tenant];
  auto place = std::ranges::find(places, bucket, &Place::bucket);
  if (place == places.end()) {
    place = places.insert(
        place, {.bucket = bucket, .from = std::nullopt, .asked_from = now, .told_at = now});
  }
  place->asked_from = std::min(place->asked_from, now);
  place->told_at = now;
}

void KnownWork::on_exhausted(Bucket bucket, TenantId tenant, Duration begun_at, Duration now) {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return;
  const auto place = std::ranges::find(found->second, bucket, &Place::bucket);
  if (place == found->second.end()) return;
  place->asked_from = now + idle_interval_;
  // What the claim came too early for. Others' claims go on meanwhile: it would wait behind them.
  if (place->told_at > begun_at) place->asked_from = now;
  if (place->due_at && *place->due_at > begun_at) {
    place->asked_from = std::min(place->asked_from, *place->due_at);
  }
}

std::vector<QueuePlace> KnownWork::places_to_ask(const Places& places, Duration now) const {
  std::vector<QueuePlace> to_ask;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[(turn_ + i) % places.size()];
    if (place.asked_from <= now) to_ask.push_back({place.bucket, place.from});
  }
  return to_ask;
}

KnownWork::Picked KnownWork::pick(std::int64_t limit, const StandingOf& standing_of, Duration now) {
  ++turn_;
  Picked picked;
  std::size_t asked = 0;
  auto tenant = last_ ? tenants_.upper_bound(*last_) : tenants_.begin();
  for (std::size_t i = 0; i < tenants_.size(); ++i, ++tenant) {
    if (tenant == tenants_.end()) tenant = tenants_.begin();
    const Standing standing = standing_of(tenant->first);
    if (standing.most <= 0) continue;
    std::vector<QueuePlace> places = places_to_ask(tenant->second, now);
    if (places.empty()) continue;
    if (std::cmp_equal(picked.work.size(), limit) || asked >= kMostAsked) {
      picked.leaves_out = true;
      break;
    }
    asked += places.size();
    picked.work.push_back({.tenant = tenant->first,
                           .places = std::move(places),
                           .held = standing.held,
                           .most = standing.most});
  }
  if (!picked.work.empty()) {
    last_ = (picked.leaves_out ? picked.work.back() : picked.work.front()).tenant;
  }
  return picked;
}

}  // namespace remit::engine
