// The tenants of tests: what a test does not say otherwise about belongs to the first.
#pragma once

#include "remit/base/tenant.hpp"

namespace remit {

inline constexpr Tenant kTenant{TenantId(1)};
inline constexpr Tenant kOtherTenant{TenantId(2)};
/// Spread over buckets to the last one and on from the first.
inline constexpr Tenant kWideTenant{TenantId(3), Bucket(1000), 64};
/// Whose rows are in the last two buckets and in the first two.
inline constexpr Tenant kSpreadTenant{TenantId(7), Bucket(1022), 4};

}  // namespace remit
