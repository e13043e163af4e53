// `remitd tenants …`: what each command does. Main thread; the exit status of remitd is returned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "one_lane.hpp"
#include "remit/auth/tenant_operations.hpp"
#include "remit/config/config.hpp"

namespace remit::app {

struct TenantOptions {
  std::string name;
  std::int16_t spread = 1;
  std::optional<std::int32_t> max_in_flight;
  bool is_unbound = false;  ///< instead of a bound
};

int create_tenant(const config::Config& config, const TenantOptions& options);
int list_tenants(const config::Config& config);
int bound_tenant(const config::Config& config, const TenantOptions& options);

/// Problem: there is none of that name.
[[nodiscard]] Result<auth::TenantRow> find_tenant(OneLane& lane, const std::string& name);

}  // namespace remit::app
