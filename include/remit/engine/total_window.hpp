// A window of time cut into what is added up for it: totals of whole days, of the whole hours,
// minutes and seconds that are left over before and behind, and the sagas themselves for what is
// less than a second. However long the window is, that is a few hundred rows a provider, and one
// for each day.
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

/// No two stretches of `sagas` and `totals` overlap, and together they are the window.
struct TotalWindow {
  std::vector<Stretch> sagas;
  std::vector<TotalStretch> totals;
  /// All whole seconds, however they are grouped in `totals`: where deltas are looked for.
  std::optional<Stretch> seconds;
};

/// Both bounds belong to the window; an instant that is not given is no bound.
[[nodiscard]] TotalWindow cut_window(std::optional<Timestamp> from, std::optional<Timestamp> to);

}  // namespace remit::engine
