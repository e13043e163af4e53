// What providers say of themselves and of rates, as plain values.
#pragma once

#include <cstdint>
#include <string>

#include "remit/base/money.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::providers {

/// The provider could not be asked, or what it said makes no sense.
inline constexpr ProblemCode kProviderUnreachable{"PROVIDER_UNREACHABLE", 503,
                                                  "A provider cannot be reached"};

struct ProviderHealth {
  bool failing = false;
  std::int64_t min_response_ms = 0;
};

/// What came of asking a provider for its health. Only a report is something that it said.
struct HealthAnswer {
  enum class Kind : std::uint8_t {
    report,
    asked_too_often,  ///< 429
    unreadable,       ///< it answered, but not with a report
    none,             ///< it could not be asked, or did not answer
  };
  Kind kind = Kind::none;
  /// Kind none: the question was sent, so that it counts as asked.
  bool was_sent = false;
  ProviderHealth health{};
  std::string detail{};  ///< in words, where there is no report
};

/// What a processor has on its books between two instants.
struct ProcessorSummary {
  std::int64_t total_requests = 0;
  Money total_amount;
};

struct RateReading {
  Rate rate;
  Timestamp as_of;
};

/// One source of exchange rates. Fails with kProviderUnreachable. Loop thread.
class RateSource {
 public:
  RateSource() = default;
  RateSource(const RateSource&) = delete;
  RateSource& operator=(const RateSource&) = delete;
  virtual ~RateSource() = default;

  [[nodiscard]] virtual const std::string& name() const = 0;
  virtual Task<Result<RateReading>> read(Currency from, Currency to, Duration timeout) = 0;
};

}  // namespace remit::providers
