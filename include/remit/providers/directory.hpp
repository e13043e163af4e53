// Every provider that an instance may call, by kind and name: what the composition needs of them.
//
// Owned by the composition root; loop thread. ProviderSet has the configured ones, the simulator
// its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/provider_health.hpp"
#include "remit/base/provider_kind.hpp"
#include "remit/base/task.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"

namespace remit::providers {

class Directory {
 public:
  virtual ~Directory() = default;

  /// Null: no such provider, or one without legs.
  [[nodiscard]] virtual LegProvider* leg(ProviderKind kind, std::string_view name) const = 0;
  /// Kind none for a provider without health.
  virtual Task<HealthAnswer> health(ProviderKind kind, std::string name) = 0;
  /// Fails with kProviderUnreachable, or kNotFound: ramps alone have fees.
  virtual Task<Result<FeeSchedule>> fees(ProviderKind kind, std::string name) = 0;
  [[nodiscard]] virtual std::vector<RateSource*> rate_sources() const = 0;

 protected:
  Directory() = default;
  Directory(const Directory&) = default;
  Directory(Directory&&) = default;
  Directory& operator=(const Directory&) = default;
  Directory& operator=(Directory&&) = default;
};

}  // namespace remit::providers
