#include "tenant_commands.hpp"

#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <utility>
#include <vector>

#include "fail_with.hpp"

namespace remit::app {
namespace {

using auth::TenantRow;

/// What an operation finds; a problem when that is nothing.
template <class Operation>
Result<TenantRow> one_tenant(OneLane& lane, typename Operation::Input input, std::string none) {
  auto row = lane.await(lane.database().run<Operation>(std::move(input)));
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(kNotFound, std::move(none));
  return **std::move(row);
}

void print_tenant(const TenantRow& row) {
  std::cout << std::left << std::setw(8) << row.tenant.id().value() << std::setw(8)
            << row.tenant.spread() << std::setw(14)
            << (row.max_in_flight ? std::to_string(*row.max_in_flight) : "-") << std::setw(29)
            << to_rfc3339(row.created_at) << row.name << '\n';
}

void print_tenants(const std::vector<TenantRow>& rows) {
  std::cout << std::left << std::setw(8) << "number" << std::setw(8) << "spread" << std::setw(14)
            << "max in flight" << std::setw(29) << "created" << "name" << '\n';
  for (const TenantRow& row : rows) print_tenant(row);
  std::cout << std::flush;
}

/// Letters, digits and a few marks: it stands in commands, logs and configuration.
bool is_tenant_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= auth::kMaxTenantName &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

Result<TenantRow> find_tenant(OneLane& lane, const std::string& name) {
  return one_tenant<auth::FindTenant>(lane, name, "there is no tenant " + name);
}

int create_tenant(const config::Config& config, const TenantOptions& options) {
  if (!is_tenant_name(options.name)) {
    return fail_with(kWrongUsage, "a tenant's name is 1 to 64 letters, digits, `-`, `_` and `.`");
  }
  OneLane lane(config);
  const auto made = one_tenant<auth::InsertTenant>(
      lane,
      {.name = options.name, .spread = options.spread, .max_in_flight = options.max_in_flight},
      "there is a tenant " + options.name + " already");
  if (!made) return fail_with(made.error());
  print_tenants({*made});
  return EXIT_SUCCESS;
}

int list_tenants(const config::Config& config) {
  OneLane lane(config);
  const auto rows = lane.await(lane.database().run<auth::ListTenants>({}));
  if (!rows) return fail_with(rows.error());
  print_tenants(*rows);
  return EXIT_SUCCESS;
}

int bound_tenant(const config::Config& config, const TenantOptions& options) {
  if (!options.max_in_flight && !options.is_unbound) {
    return fail_with(kWrongUsage, "say --max-in-flight N, or --none");
  }
  OneLane lane(config);
  const auto row = one_tenant<auth::BoundTenant>(
      lane, {.name = options.name, .max_in_flight = options.max_in_flight},
      "there is no tenant " + options.name);
  if (!row) return fail_with(row.error());
  print_tenants({*row});
  return EXIT_SUCCESS;
}

}  // namespace remit::app
