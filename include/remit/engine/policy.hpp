// How patient the engine is: with settlements, refusals and providers that are away. Values, seeded
// from `[engine]` and `[charge]` of the configuration. Any thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "remit/base/time.hpp"
#include "remit/routing/cost_deadline_policy.hpp"

namespace remit::engine {

struct Policy {
  Duration poll_interval = std::chrono::seconds(30);
  Duration settlement_deadline = std::chrono::hours(2);
  Duration backoff_min = std::chrono::milliseconds(200);
  Duration backoff_max = std::chrono::seconds(60);
  std::int64_t max_attempts = 8;
  /// With the price of what is priced at its choice.
  routing::CostDeadlinePolicy patience = {};
};

/// min(backoff_max, backoff_min × 2^refusals), jittered.
[[nodiscard]] Duration backoff(const Policy& policy, std::int64_t refusals,
                               std::int64_t jitter_permille);

}  // namespace remit::engine
