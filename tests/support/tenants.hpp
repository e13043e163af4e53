// The tenants of tests: what a test does not say otherwise about belongs to the first.
#pragma once

#include "remit/base/tenant.hpp"

namespace remit {

inline constexpr TenantId kTenant{1};
inline constexpr TenantId kOtherTenant{2};

}  // namespace remit
