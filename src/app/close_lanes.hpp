// The end of all lanes by one deadline. Loop thread.
#pragma once

#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

/// Of the monotonic clock; not below zero.
[[nodiscard]] Duration left_until(const Clock& clock, Duration instant);

/// What is under way at `deadline` is cut. False: a thread is still there.
Task<bool> close_lanes(std::vector<storage::Lanes*> all, const Clock* clock, Duration deadline);

}  // namespace remit::app
