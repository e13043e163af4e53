// What holds of every step, whatever made it; checked in every build, before a step is saved. And
// whether its saga's history still follows from its row.

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

/// Whether what the row says is still the whole history.
bool goes_the_usual_way(const Step& step) {
  const Saga& saga = step.saga;
  const LegPlan& plan = saga.plan->legs.front();
  const Timestamp sent_at = saga.legs.front().requested_at;
  if (step.usual_since == Timestamp{}) {
    return step.transitions.empty() ||
           (step.transitions.size() == 1 && saga.status == plan.submitted_status);
  }
  return sent_at == step.usual_since &&
         (step.transitions.empty() || (step.transitions.size() == 1 && saga.status == kCompleted));
}

void trace(Step& step) {
  step.saga.is_traced = true;
  if (step.usual_since == Timestamp{}) return;
  const LegPlan& plan = step.saga.plan->legs.front();
  step.catches_up = EarlierTransition{{std::string(kPending), std::string(plan.submitted_status),
                                       std::string(plan.submitted_message)},
                                      step.usual_since};
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
  if (!saga.is_traced && !goes_the_usual_way(step)) trace(step);
  return step;
}

}  // namespace remit::engine
