// What the stores of sagas and of totals have between them. Lane threads.
#pragma once

#include <cstdint>

namespace remit::engine {

/// The advisory lock of whoever merges totals, or must not have them merged: the letters "remit" as
/// a number, and one. That number itself is the migrations' lock.
inline constexpr std::int64_t kTotalsLock = 491'327'940'981;

}  // namespace remit::engine
