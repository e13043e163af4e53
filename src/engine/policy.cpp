#include "remit/engine/policy.hpp"

#include <algorithm>

namespace remit::engine {

Duration backoff(const Policy& policy, std::int64_t refusals, std::int64_t jitter_permille) {
  const std::int64_t doublings = std::clamp<std::int64_t>(refusals, 0, 20);
  const Duration doubled{policy.backoff_min.count() << doublings};
  const Duration delay = std::min(policy.backoff_max, doubled);
  return delay * jitter_permille / 1000;
}

}  // namespace remit::engine
