#include "remit/engine/total_window.hpp"

#include <array>

namespace remit::engine {
namespace {

using std::chrono::seconds;

/// The units of saga_total; each is a whole number of those before it.
constexpr std::array<std::int32_t, 4> kUnits{1, 60, 3'600, 86'400};

Timestamp round_down(Timestamp time, Duration unit) {
  const Duration since_epoch = time.time_since_epoch();
  const Duration rest = since_epoch % unit;
  return Timestamp(since_epoch - (rest < Duration(0) ? rest + unit : rest));
}

Timestamp round_up(Timestamp time, Duration unit) {
  const Timestamp down = round_down(time, unit);
  return down == time ? time : down + unit;
}

/// No bound is never behind the other.
bool is_empty(const Stretch& stretch) {
  return stretch.begins && stretch.ends && *stretch.begins >= *stretch.ends;
}

/// The whole units within.
Stretch inner(const Stretch& stretch, Duration unit) {
  Stretch inside;
  if (stretch.begins) inside.begins = round_up(*stretch.begins, unit);
  if (stretch.ends) inside.ends = round_down(*stretch.ends, unit);
  return inside;
}

/// What `inside` leaves over of `whole`.
std::vector<Stretch> margins(const Stretch& whole, const Stretch& inside) {
  std::vector<Stretch> found;
  for (const Stretch& margin :
       {Stretch{whole.begins, inside.begins}, Stretch{inside.ends, whole.ends}}) {
    if (margin.begins && margin.ends && !is_empty(margin)) found.push_back(margin);
  }
  return found;
}

void add(TotalWindow& window, std::int32_t unit, const Stretch& stretch) {
  if (unit == 0) {
    window.sagas.push_back(stretch);
  } else {
    window.totals.push_back({unit, stretch});
  }
}

}  // namespace

TotalWindow cut_window(std::optional<Timestamp> from, std::optional<Timestamp> to) {
  TotalWindow window;
  Stretch rest{from, {}};
  if (to) rest.ends = *to + Duration(1);  // instants are whole microseconds
  if (is_empty(rest)) return window;
  std::int32_t finer = 0;
  for (const std::int32_t unit : kUnits) {
    const Stretch inside = inner(rest, seconds(unit));
    if (is_empty(inside)) break;
    for (const Stretch& margin : margins(rest, inside)) add(window, finer, margin);
    if (finer == 0) window.seconds = inside;
    rest = inside;
    finer = unit;
  }
  add(window, finer, rest);
  return window;
}

}  // namespace remit::engine
