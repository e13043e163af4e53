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
  const auto is_open = [](const Leg& leg) {
    return leg.state != LegState::settled && leg.state != LegState::failed;
  };
  const std::size_t planned = std::min(saga.plan->legs.size(), saga.legs.size());
  const auto refunds = saga.legs.begin() + static_cast<std::ptrdiff_t>(planned);
  // What was planned after a leg that failed is never begun; only refunds are.
  const auto failed = std::ranges::find(saga.legs.begin(), refunds, LegState::failed, &Leg::state);
  const auto first = failed == refunds ? saga.legs.begin() : refunds;
  return static_cast<std::size_t>(std::find_if(first, saga.legs.end(), is_open) -
                                  saga.legs.begin());
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
