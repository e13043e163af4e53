// Whose money it is. Every row belongs to a tenant and every key starts with it
// (docs/architecture.md).
#pragma once

#include <cstdint>

namespace remit {

using TenantId = std::int32_t;

/// The one tenant of `auth.mode = "none"`.
inline constexpr TenantId kDefaultTenant{1};

}  // namespace remit
