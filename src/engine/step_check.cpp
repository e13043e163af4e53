// What holds of every step, whatever made it; checked in every build, before a step is saved.

#include <algorithm>
#include <stdexcept>

#include "saga_steps.hpp"

namespace remit::engine {
namespace {

void require(bool holds, const Saga& saga, const char* what) {
  if (holds) return;
  throw std::logic_error("a step of saga " + saga.id.to_string() + " in status " + saga.status +
                         ": " + what);
}

bool is_under_way(const Leg& leg) {
  return leg.state == LegState::submitting || leg.state == LegState::asking ||
         leg.state == LegState::polling;
}

bool is_chain(const std::vector<Transition>& transitions) {
  return std::ranges::adjacent_find(transitions, [](const auto& before, const auto& after) {
           return before.to != after.from;
         }) == transitions.end();
}

/// What one gives back has settled, can be given back, and is given back by it alone.
bool is_sound_compensation(const Saga& saga, const Leg& leg) {
  const std::size_t original = leg.compensates.value();
  return original < saga.plan->legs.size() && saga.plan->legs[original].compensation != nullptr &&
         saga.legs[original].state == LegState::settled &&
         std::ranges::count(saga.legs, leg.compensates, &Leg::compensates) == 1;
}

bool moves_something(const ledger::Posting& posting) {
  return posting.amount.minor > 0 && posting.debit_account != posting.credit_account;
}

}  // namespace

Step checked(Step step) {
  const Saga& saga = step.saga;
  require(is_chain(step.transitions), saga, "its transitions are no chain");
  require(step.transitions.empty() || step.transitions.back().to == saga.status, saga,
          "its transitions lead elsewhere");
  require(!(step.ended && step.rest), saga, "it rests and has ended");
  require(!is_final(saga.status) || step.ended, saga, "it is final and goes on");
  require(std::ranges::count_if(saga.legs, is_under_way) <= 1, saga, "two legs are under way");
  for (const Leg& leg : saga.legs) {
    require(!leg.compensates || is_sound_compensation(saga, leg), saga,
            "it gives back what it must not");
  }
  require(std::ranges::all_of(step.postings, moves_something), saga, "a posting moves nothing");
  return step;
}

}  // namespace remit::engine
