// The choice of a provider for a saga's current leg, from a survey of the providers: pure, so that
// a claim can make it.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::engine {

/// What was known of the providers of each kind that a plan's legs need.
using Survey = std::map<ProviderKind, std::vector<routing::Candidate>>;

[[nodiscard]] Survey survey_for(const SagaPlan& plan, const routing::ProviderBook& book);

/// What the choice for leg `index` depends on. A leg whose fee was fixed before gains nothing by
/// waiting for a cheaper provider.
[[nodiscard]] routing::ChoiceRequest choice_request_of(const Saga& saga, std::size_t index,
                                                       Timestamp now, const Policy& policy);

/// `context.chosen_window` is the choice's own affair.
[[nodiscard]] Step choose(Saga saga, const Survey& survey, StepContext context,
                          const Policy& policy);

/// The step that a claim makes at once for a saga that waits for a provider. A saga that was
/// refused for good may have to end, which needs new ids; that is left to its owner.
[[nodiscard]] std::function<Step(Saga, Timestamp)> chooser(Survey survey, Policy policy);

/// Which sagas of that plan have a provider that would take their next leg now. A queue is not
/// judged by one of its payments alone.
struct Readiness {
  bool nobody_takes_calls = false;
  std::vector<ReadyBand> bands{};  ///< empty: all of them

  /// From that age on some wait no more; zero when all are ready.
  [[nodiscard]] Duration youngest() const;
};
[[nodiscard]] Readiness readiness_of(const SagaPlan& plan, const Survey& survey, Timestamp now,
                                     const Policy& policy);

}  // namespace remit::engine
