#include "in_flight.hpp"

#include <algorithm>
#include <limits>

namespace remit::engine {
namespace {

constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();
/// So much of a bound is free when it is told of.
constexpr std::int64_t kRoomParts = 4;

}  // namespace

void InFlight::take(TenantId tenant) {
  const std::int64_t count = ++counts_[tenant];
  if (count >= bound_of(tenant)) full_.insert(tenant);
}

void InFlight::give_back(TenantId tenant) {
  const auto found = counts_.find(tenant);
  const std::int64_t count = --found->second;
  if (count == 0) counts_.erase(found);
  if (full_.empty() || !full_.contains(tenant)) return;
  const std::int64_t bound = bound_of(tenant);
  const std::int64_t room = bound / kRoomParts + (bound % kRoomParts > 0 ? 1 : 0);
  if (count > 0 && count > bound - room) return;
  full_.erase(tenant);
  for (const auto& call : on_room_) call();
}

std::int64_t InFlight::left(TenantId tenant) const {
  const std::int64_t bound = bound_of(tenant);
  if (bound == kNoBound) return kNoBound;
  const auto found = counts_.find(tenant);
  return std::max<std::int64_t>(bound - (found == counts_.end() ? 0 : found->second), 0);
}

bool InFlight::is_at_its_bound(TenantId tenant) const {
  if (bound_of(tenant) == kNoBound) return false;
  return full_.contains(tenant) || left(tenant) == 0;
}

std::int64_t InFlight::at_their_bounds() const {
  if (bounds_ == nullptr) return 0;
  return std::ranges::count_if(
      counts_, [this](const auto& counted) { return is_at_its_bound(counted.first); });
}

std::int64_t InFlight::bound_of(TenantId tenant) const {
  return bounds_ == nullptr ? kNoBound : bounds_->bound_of(tenant).value_or(kNoBound);
}

}  // namespace remit::engine
