#include "remit/engine/saga.hpp"

#include <algorithm>
#include <array>

namespace remit::engine {

std::string_view to_string(LegState state) {
  static constexpr std::array<std::string_view, 6> kNames{"planned", "submitting", "asking",
                                                          "polling", "settled",    "failed"};
  static_assert(kNames.size() == static_cast<std::size_t>(LegState::failed) + 1);
  return kNames.at(static_cast<std::size_t>(state));
}

std::size_t current_leg_index(const Saga& saga) {
  const auto is_open = [](const Leg& leg) {
    return leg.state != LegState::settled && leg.state != LegState::failed;
  };
  const std::size_t planned = std::min(saga.plan->legs.size(), saga.legs.size());
  const auto compensations = saga.legs.begin() + static_cast<std::ptrdiff_t>(planned);
  // What was planned after a leg that failed is never begun; only compensations are.
  const auto failed =
      std::ranges::find(saga.legs.begin(), compensations, LegState::failed, &Leg::state);
  const auto first = failed == compensations ? saga.legs.begin() : compensations;
  return static_cast<std::size_t>(std::find_if(first, saga.legs.end(), is_open) -
                                  saga.legs.begin());
}

const LegPlan& plan_of_leg(const Saga& saga, std::size_t index) {
  const std::optional<std::size_t> original = saga.legs[index].compensates;
  return original ? saga.plan->legs[*original].compensation->leg : saga.plan->legs[index];
}

const Leg* current_leg(const Saga& saga) {
  const std::size_t index = current_leg_index(saga);
  return index < saga.legs.size() ? &saga.legs[index] : nullptr;
}

const Leg* shown_leg(const Saga& saga) {
  if (saga.legs.empty()) return nullptr;
  const Leg* const current = current_leg(saga);
  return current != nullptr ? current : &saga.legs.back();
}

}  // namespace remit::engine
