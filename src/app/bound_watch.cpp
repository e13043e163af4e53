#include "bound_watch.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "remit/auth/tenant_operations.hpp"

namespace remit::app {
namespace {

/// Between two looks: a change is seen within 5 s (docs/operations.md).
constexpr Duration kPause = std::chrono::seconds(4);

}  // namespace

BoundWatch::BoundWatch(const jobs::Context& context, storage::Database& database,
                       std::int64_t instances)
    : database_(database),
      instances_(instances),
      job_(context, "bounds of tenants", [this] { return read(); }) {}

std::optional<std::int64_t> BoundWatch::bound_of(TenantId tenant) const {
  const auto found = bounds_.find(tenant);
  return found == bounds_.end() ? std::nullopt : std::optional(found->second);
}

Task<jobs::Rest> BoundWatch::read() {
  auth::ListTenants::Input bounded{.with_bound_only = true};
  const Result<std::vector<auth::TenantRow>> rows =
      co_await database_.run<auth::ListTenants>(bounded);
  if (rows) {
    std::map<TenantId, std::int64_t> bounds;
    for (const auth::TenantRow& row : *rows) {
      const std::int64_t part = row.max_in_flight.value_or(0) / instances_;
      bounds.emplace(row.tenant.id(), std::max<std::int64_t>(1, part));
    }
    bounds_ = std::move(bounds);
  }
  co_return kPause;
}

}  // namespace remit::app
