// Under which id a processor knows a charge. Pure; any thread.
#pragma once

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"

namespace remit::payments {

/// A processor knows ids and no tenants, and clients choose theirs: two tenants with one id must
/// not meet there. The first tenant's is the correlation id itself, unless that is of version 8;
/// all others are made of tenant and id, and are of version 8. So no two are ever the same.
[[nodiscard]] Uuid charge_operation(TenantId tenant, const Uuid& correlation_id);

}  // namespace remit::payments
