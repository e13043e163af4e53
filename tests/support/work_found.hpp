// What a look has found, as a claim is told of it: all of it, of tenants that hold nothing.
#pragma once

#include <algorithm>
#include <vector>

#include "remit/engine/claim_operations.hpp"

namespace remit::test {

[[nodiscard]] inline std::vector<engine::TenantWork> work_found(const engine::WorkSeen& seen) {
  std::vector<engine::TenantWork> work;
  for (const engine::WorkPlace& place : seen.places) {
    auto tenant = std::ranges::find(work, place.tenant, &engine::TenantWork::tenant);
    if (tenant == work.end()) tenant = work.insert(tenant, {.tenant = place.tenant});
    tenant->places.push_back({.bucket = place.bucket});
  }
  return work;
}

}  // namespace remit::test
