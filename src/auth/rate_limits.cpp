#include "remit/auth/rate_limits.hpp"

#include <algorithm>

namespace remit::auth {
namespace {

std::chrono::seconds whole_seconds(std::chrono::nanoseconds duration) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(duration));
}

}  // namespace

std::optional<net::Quota> RateLimits::take(const net::Principal& caller) {
  const net::RequestLimit limit = caller.limit.value_or(settings_.usual);
  if (limit.per_second <= 0) return std::nullopt;
  const std::int64_t burst = limit.burst > 0 ? limit.burst : limit.per_second;
  const Nanoseconds now = clock_.monotonic();
  // What one request costs here, and what the bucket holds.
  const Nanoseconds cost(std::nano::den * settings_.instances / limit.per_second);
  const Nanoseconds size = cost * std::max<std::int64_t>(1, burst / settings_.instances);

  if (full_at_.size() >= next_sweep_) forget_full(now);
  Nanoseconds& full_at = full_at_[caller.key.value_or(Uuid())];
  const Nanoseconds missing = std::max(Nanoseconds(0), full_at - now);
  net::Quota quota{
      .per_second = limit.per_second, .remaining = 0, .restored = {}, .retry_after = {}};
  if (missing + cost > size) {
    quota.restored = whole_seconds(missing);
    quota.retry_after = whole_seconds(missing + cost - size);
    return quota;
  }
  full_at = now + missing + cost;
  quota.remaining = (size - missing - cost) / cost;
  quota.restored = whole_seconds(missing + cost);
  return quota;
}

void RateLimits::forget_full(Nanoseconds now) {
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  next_sweep_ = std::max<std::size_t>(1'024, full_at_.size() * 2);
}

}  // namespace remit::auth
