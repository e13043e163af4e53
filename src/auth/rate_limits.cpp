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

  if (buckets_.size() >= next_sweep_) forget_full(now);
  Bucket& bucket = buckets_[caller.key.value_or(Uuid())];
  Nanoseconds missing = std::max(Nanoseconds(0), bucket.full_at - now);
  if (bucket.cost != cost) {
    // The same requests by the new limit: an old debt in time may outlast the change by far.
    if (bucket.cost > Nanoseconds(0)) missing = missing / bucket.cost * cost;
    bucket.cost = cost;
  }
  missing = std::min(missing, size);
  bucket.full_at = now + missing;
  net::Quota quota{
      .per_second = limit.per_second, .remaining = 0, .restored = {}, .retry_after = {}};
  if (missing + cost > size) {
    quota.restored = whole_seconds(missing);
    quota.retry_after = whole_seconds(missing + cost - size);
    return quota;
  }
  bucket.full_at += cost;
  quota.remaining = (size - missing - cost) / cost;
  quota.restored = whole_seconds(missing + cost);
  return quota;
}

void RateLimits::forget_full(Nanoseconds now) {
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full_at <= now; });
  next_sweep_ = std::max<std::size_t>(1'024, buckets_.size() * 2);
}

}  // namespace remit::auth
