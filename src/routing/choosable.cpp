// Which amounts can be given to a provider now. What a provider takes is a straight line over the
// amount, so the amounts for which one does not cost more than another are all up to, or all from,
// the point where their lines cross.
#include <algorithm>
#include <limits>

#include "choice_sorting.hpp"
#include "remit/base/decimal.hpp"

namespace remit::routing {
namespace {

__extension__ using Wide = __int128;

/// What one takes, in parts of a minor unit: see fee_of.
struct Line {
  Wide fixed = 0;
  Wide slope = 0;
  Duration usual_latency{0};
};

constexpr int kPercentDigits = FeeSchedule::kScale + 2;

struct Range {
  Wide least = 0;
  Wide most = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool is_empty() const { return least > most; }
};

/// Those amounts of `range` for which `line` may cost no more than `other`: fees are rounded, so by
/// a minor unit more counts as equal.
Range not_dearer(Range range, const Line& line, const Line& other) {
  const Wide minor_unit = power_of_ten(kPercentDigits);
  const Wide slope = line.slope - other.slope;
  const Wide rest = minor_unit - (line.fixed - other.fixed);  // holds while amount * slope <= rest
  if (slope == 0) return rest >= 0 ? range : Range{1, 0};
  if (slope > 0) {
    if (rest < 0) return {1, 0};
    range.most = std::min(range.most, rest / slope);
  } else if (rest < 0) {
    range.least = std::max(range.least, (-rest - slope - 1) / -slope);
  }
  return range;
}

std::vector<Line> lines_of(const std::vector<Priced>& all, Currency currency) {
  std::vector<Line> lines;
  for (const Priced& priced : all) {
    if (priced.is_out() || !priced.cost) continue;
    const FeeSchedule& fee = priced.candidate->fee;
    lines.push_back(
        {.fixed = static_cast<Wide>(fee.fixed_scaled) * power_of_ten(minor_digits(currency) + 2),
         .slope = fee.percent_scaled,
         .usual_latency = priced.candidate->usual_latency});
  }
  return lines;
}

Choosable choosable_in(const Range& range, Duration from_age) {
  return {.least = static_cast<std::int64_t>(range.least),
          .most = static_cast<std::int64_t>(range.most),
          .from_age = from_age};
}

}  // namespace

bool Choosable::is_everything() const { return *this == Choosable{}; }

std::vector<Choosable> choosable(const std::vector<Candidate>& candidates,
                                 const ChoiceRequest& request) {
  const Sorted sorted = sort(candidates, request);
  if (sorted.healthy.empty()) return {};
  const std::vector<Line> healthy = lines_of(sorted.healthy, request.amount.currency);
  const std::vector<Line> missing = lines_of(sorted.passed_over, request.amount.currency);
  if (request.patience.is_none() || missing.empty() || healthy.empty()) return {Choosable{}};
  std::vector<Choosable> all;
  bool some_wait = false;
  for (const Line& best : healthy) {
    Range chosen;  // as the cheapest of those that take calls
    for (const Line& other : healthy) chosen = not_dearer(chosen, best, other);
    if (chosen.is_empty()) continue;
    Range at_once = chosen;
    for (const Line& other : missing) at_once = not_dearer(at_once, best, other);
    const Duration age = request.patience.patient_until_age(request.now, best.usual_latency);
    const bool all_at_once =
        age == Duration::zero() || (at_once.least == chosen.least && at_once.most == chosen.most);
    if (all_at_once) at_once = chosen;
    if (!at_once.is_empty()) all.push_back(choosable_in(at_once, Duration{0}));
    if (!all_at_once) all.push_back(choosable_in(chosen, age));
    some_wait = some_wait || !all_at_once;
  }
  if (!some_wait) return {Choosable{}};
  return all;
}

}  // namespace remit::routing
