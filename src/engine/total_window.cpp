#include "remit/engine/total_window.hpp"

#include <array>

namespace remit::engine {
namespace {

using std::chrono::seconds;

/// The units of saga_total; each is a whole number of those before it.
constexpr std::int32_t kFinest = 1;
constexpr std::array<std::int32_t, 3> kCoarser{60, 3'600, 86'400};

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

Timestamp nearest(Timestamp time, Duration unit) { return round_down(time + unit / 2, unit); }

/// The totals lack what is from `begins` until `ends`; or have it too much, when these are
/// reversed.
void correct(TotalWindow& window, Timestamp begins, Timestamp ends) {
  if (begins < ends) window.sagas.push_back({begins, ends});
  if (ends < begins) window.surplus.push_back({ends, begins});
}

}  // namespace

TotalWindow cut_window(std::optional<Timestamp> from, std::optional<Timestamp> to) {
  TotalWindow window;
  Stretch wanted{from, {}};
  if (to) wanted.ends = *to + Duration(1);  // instants are whole microseconds
  if (is_empty(wanted)) return window;
  if (from && to && *wanted.ends - *wanted.begins < seconds(kFinest)) {
    window.sagas.push_back(wanted);
    return window;
  }
  Stretch rest;
  if (from) {
    rest.begins = nearest(*wanted.begins, seconds(kFinest));
    correct(window, *wanted.begins, *rest.begins);
  }
  if (to) {
    rest.ends = nearest(*wanted.ends, seconds(kFinest));
    correct(window, *rest.ends, *wanted.ends);
  }
  window.seconds = rest;
  std::int32_t finer = kFinest;
  for (const std::int32_t unit : kCoarser) {
    const Stretch inside = inner(rest, seconds(unit));
    if (is_empty(inside)) break;
    for (const Stretch& margin : margins(rest, inside)) window.totals.push_back({finer, margin});
    rest = inside;
    finer = unit;
  }
  window.totals.push_back({finer, rest});
  return window;
}

}  // namespace remit::engine
