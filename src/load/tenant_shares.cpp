#include "remit/load/tenant_shares.hpp"

#include <algorithm>
#include <array>

namespace remit::load {
namespace {

/// While others are about, one such part is kept from each tenant.
constexpr std::int64_t kKeptParts = 8;
constexpr Duration kIsAbout = std::chrono::minutes(1);

}  // namespace

void TenantShares::on_seen(TenantId tenant, Duration now) {
  if (last_ && last_->tenant != tenant) before_ = last_;
  last_ = Seen{tenant, now};
}

void TenantShares::give_back(TenantId tenant) {
  const auto found = held_.find(tenant);
  if (--found->second == 0) held_.erase(found);
}

std::int64_t TenantShares::held(TenantId tenant) const {
  const auto found = held_.find(tenant);
  return found == held_.end() ? 0 : found->second;
}

std::int64_t TenantShares::left(TenantId tenant, Duration now) const {
  const std::int64_t kept = others_were_seen(tenant, now) ? permits_ / kKeptParts : 0;
  return std::max<std::int64_t>(permits_ - kept - held(tenant), 0);
}

bool TenantShares::has_right(TenantId tenant) const {
  const std::int64_t own = held(tenant);
  const auto holders = static_cast<std::int64_t>(held_.size()) + (own == 0 ? 1 : 0);
  return holders > 1 && own * holders * 4 < permits_ * 3;
}

bool TenantShares::others_were_seen(TenantId tenant, Duration now) const {
  return std::ranges::any_of(std::array{last_, before_}, [&](const std::optional<Seen>& seen) {
    return seen && seen->tenant != tenant && now - seen->at < kIsAbout;
  });
}

}  // namespace remit::load
