// Reports of providers about their health, fees and rates, as plain values.
#pragma once

#include <string>

#include "remit/base/interface.hpp"
#include "remit/base/money.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/provider_health.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::providers {

/// The provider could not be asked, or what it said makes no sense.
inline constexpr ProblemCode kProviderUnreachable{"PROVIDER_UNREACHABLE", 503,
                                                  "A provider cannot be reached"};

struct RateReading {
  Rate rate;
  Timestamp as_of;
};

/// One source of exchange rates. Fails with kProviderUnreachable. Loop thread.
class RateSource : public Interface {
 public:
  [[nodiscard]] virtual const std::string& name() const = 0;
  virtual Task<Result<RateReading>> read(Currency from, Currency to, Duration timeout) = 0;
};

}  // namespace remit::providers
