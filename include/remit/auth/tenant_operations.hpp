// What the database is asked about tenants. Values; `run` the operations on the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/operation.hpp"

namespace remit::auth {

inline constexpr std::size_t kMaxTenantName = 64;
/// A tenant may keep so many payments in flight at most.
inline constexpr std::int32_t kMaxInFlight = 1'000'000;

struct TenantRow {
  Tenant tenant;
  std::string name;
  /// Payments that it may keep in flight, over all instances; empty: no bound.
  std::optional<std::int32_t> max_in_flight;
  Timestamp created_at;
};

/// With the next number and its usual home. Empty: the name is taken.
struct InsertTenant {
  struct Input {
    std::string name;
    std::int16_t spread = 1;
    std::optional<std::int32_t> max_in_flight;
  };
  using Output = std::optional<TenantRow>;
  static constexpr std::string_view kName = "tenant_insert";
  static void execute(storage::Transaction& transaction, storage::Slots<InsertTenant> slots);
};

/// Empty: there is no such tenant.
struct BoundTenant {
  struct Input {
    std::string name;
    std::optional<std::int32_t> max_in_flight;
  };
  using Output = std::optional<TenantRow>;
  static constexpr std::string_view kName = "tenant_bound";
  static void execute(storage::Transaction& transaction, storage::Slots<BoundTenant> slots);
};

/// All, in the order of their numbers.
struct ListTenants {
  struct Input {
    bool with_bound_only = false;
  };
  using Output = std::vector<TenantRow>;
  static constexpr std::string_view kName = "tenant_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<ListTenants> slots);
};

/// By its name. Empty: there is no such tenant.
struct FindTenant {
  using Input = std::string;
  using Output = std::optional<TenantRow>;
  static constexpr std::string_view kName = "tenant_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindTenant> slots);
};

}  // namespace remit::auth
