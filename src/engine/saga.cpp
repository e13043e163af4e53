#include "remit/engine/saga.hpp"

#include <algorithm>

namespace remit::engine {

std::string_view to_string(LegState state) {
  switch (state) {
    case LegState::planned:
      return "planned";
    case LegState::submitting:
      return "submitting";
    case LegState::asking:
      return "asking";
    case LegState::polling:
      return "polling";
    case LegState::settled:
      return "settled";
    case LegState::failed:
      return "failed";
  }
  return "planned";
}

std::size_t current_leg_index(const Saga& saga) {
  const auto open = std::ranges::find_if(saga.legs, [](const Leg& leg) {
    return leg.state != LegState::settled && leg.state != LegState::failed;
  });
  return static_cast<std::size_t>(open - saga.legs.begin());
}

std::size_t refunded_leg_index(const Saga& saga, std::size_t index) {
  const auto original = std::ranges::find(saga.legs, saga.legs[index].refund_of, &Leg::reference);
  return static_cast<std::size_t>(original - saga.legs.begin());
}

config::ProviderKind provider_kind(const Saga& saga, std::size_t index) {
  const std::size_t made = is_refund(saga, index) ? refunded_leg_index(saga, index) : index;
  return saga.plan->legs[made].provider_kind;
}

const Leg* current_leg(const Saga& saga) {
  const std::size_t index = current_leg_index(saga);
  return index < saga.legs.size() ? &saga.legs[index] : nullptr;
}

}  // namespace remit::engine
