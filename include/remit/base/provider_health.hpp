// What a provider says of its own health, and what came of asking it. Values.
#pragma once

#include <cstdint>
#include <string>

#include "remit/base/time.hpp"

namespace remit {

struct HealthReport {
  bool failing = false;
  std::int64_t min_response_ms = 0;
  Timestamp checked_at{};
};

/// Only a report is something that the provider said.
struct HealthAnswer {
  enum class Kind : std::uint8_t {
    report,
    asked_too_often,  ///< 429: the old report stands
    unreadable,       ///< it answered, but without a valid report
    none,             ///< this instance could not ask it, or got no answer
  };
  Kind kind = Kind::none;
  /// Kind none: the question was sent, so that it counts as asked.
  bool was_sent = false;
  HealthReport report{};
  std::string detail{};  ///< in words, where there is no report
};

}  // namespace remit
