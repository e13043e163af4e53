#include "close_lanes.hpp"

#include <algorithm>

namespace remit::app {

Duration left_until(const Clock& clock, Duration instant) {
  return std::max(Duration::zero(), instant - clock.monotonic());
}

Task<bool> close_lanes(std::vector<storage::Lanes*> all, const Clock* clock, Duration deadline) {
  bool are_closed = true;
  for (storage::Lanes* lanes : all) {
    const Duration left = left_until(*clock, deadline);
    const bool is_closed = co_await lanes->close(left);
    are_closed = are_closed && is_closed;
  }
  co_return are_closed;
}

}  // namespace remit::app
