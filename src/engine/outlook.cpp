#include "remit/engine/outlook.hpp"

#include "saga_choice.hpp"

namespace remit::engine {
namespace {

std::string name_of(ProviderKind kind) {
  const std::string name(to_string(kind));
  return (name.starts_with('o') ? "an " : "a ") + name;
}

/// `one` is "a processor" and the like; `holder` is the provider that has the money that a
/// compensation gives back.
std::string words_for(const Saga& saga, const routing::Choice& choice, const std::string& one,
                      const std::optional<std::string>& holder, std::optional<Timestamp> due,
                      bool is_at_its_bound) {
  if (!saga.parked_reason.empty()) return "somebody to look at it: " + saga.parked_reason;
  if (choice.reasons.empty() && holder) {
    return *holder + ", which holds the money, is not configured";
  }
  if (choice.reasons.empty()) return one + ": none is configured";
  if (choice.provider) return is_at_its_bound ? "its tenant's bound" : "its turn";
  if (holder) return *holder + ", which holds the money";
  if (!choice.waits) return one + " that takes calls";
  return one + " that is cheaper" + (due ? ", until " + to_rfc3339(*due) + " at the latest" : "");
}

}  // namespace

std::optional<Outlook> outlook(const Saga& saga, const routing::ProviderBook& book, Timestamp now,
                               const Policy& policy, bool is_at_its_bound) {
  if (next_action(saga) != Action::choose) return std::nullopt;
  const std::size_t index = current_leg_index(saga);
  const LegPlan& plan = plan_of_leg(saga, index);
  const ProviderKind kind = plan.provider_kind;
  const std::string one = name_of(kind);
  std::optional<std::string> holder;
  std::vector<routing::Candidate> candidates = book.survey(kind);
  if (plan.made_by == MadeBy::same) {
    holder = saga.legs[index].provider;
    std::erase_if(candidates,
                  [&holder](const routing::Candidate& other) { return other.name != *holder; });
  }
  const routing::ChoiceRequest request = choice_request_of(saga, index, now, policy);
  routing::Choice choice = routing::choose_provider(candidates, request);
  std::string words =
      words_for(saga, choice, one, holder, request.cost_deadline.due(request.created, request.now),
                is_at_its_bound);
  for (routing::Reason& reason : choice.reasons) {
    if (reason.verdict == "chosen") reason.verdict = "available";
  }
  return Outlook{.leg = index,
                 .decision = {now, std::nullopt, std::move(choice.reasons)},
                 .waiting_for = std::move(words)};
}

}  // namespace remit::engine
