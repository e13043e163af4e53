// A window of time, cut into the parts that are added up for it: totals of whole days, of the
// hours, minutes and seconds that remain before and after them, and the sagas of the sub-second
// remainder (≤ 500 ms) at each end. For any window that is a few hundred rows for each provider,
// one row for each day, and the sagas of a second. A window of less than a second is sagas alone.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "remit/base/time.hpp"

namespace remit::engine {

/// From `begins` until just before `ends`; a bound that is not there is none.
struct Stretch {
  std::optional<Timestamp> begins;
  std::optional<Timestamp> ends;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

struct TotalStretch {
  std::int32_t unit_seconds = 0;  ///< as in saga_total.unit
  Stretch stretch;
  friend bool operator==(const TotalStretch&, const TotalStretch&) = default;
};

/// `sagas` and `totals` without `surplus` are the window. No two of `sagas` and `totals` overlap.
struct TotalWindow {
  std::vector<Stretch> sagas;
  std::vector<Stretch> surplus;  ///< within `totals`: their sagas are subtracted again
  std::vector<TotalStretch> totals;
  /// All whole seconds, however they are grouped in `totals`: where deltas are looked for.
  std::optional<Stretch> seconds;
};

/// Both bounds are inclusive; a missing one is no bound.
[[nodiscard]] TotalWindow cut_window(std::optional<Timestamp> from, std::optional<Timestamp> to);

}  // namespace remit::engine
