// A window of time cut into what is added up for it: totals of whole days, of the whole hours,
// minutes and seconds that are left over before and behind, and at each end the sagas themselves
// for what the nearest whole second is off by, half a second at most. However long the window is,
// that is a few hundred rows a provider, one for each day, and a second's sagas. A window of less
// than a second is sagas alone.
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
  std::vector<Stretch> surplus;  ///< within `totals`: their sagas are taken off again
  std::vector<TotalStretch> totals;
  /// All whole seconds, however they are grouped in `totals`: where deltas are looked for.
  std::optional<Stretch> seconds;
};

/// Both bounds belong to the window; an instant that is not given is no bound.
[[nodiscard]] TotalWindow cut_window(std::optional<Timestamp> from, std::optional<Timestamp> to);

}  // namespace remit::engine
