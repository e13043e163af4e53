// The choice of a provider for a saga's current leg, from a survey of the providers: pure, so that
// it can be made where the saga is claimed.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "remit/engine/saga_machine.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::engine {

/// What was known of the providers of each kind that a plan's legs need.
using Survey = std::map<config::ProviderKind, std::vector<routing::Candidate>>;

[[nodiscard]] Survey survey_for(const SagaPlan& plan, const routing::ProviderBook& book);

/// `moment.patience` is the choice's own affair.
[[nodiscard]] Step choose(Saga saga, const Survey& survey, Moment moment, const Policy& policy);

/// How long a saga of that plan must have waited for somebody to take its next leg now; empty:
/// nobody takes calls.
[[nodiscard]] std::optional<Duration> choosable_from_age(const SagaPlan& plan, const Survey& survey,
                                                         Timestamp now, const Policy& policy);

/// How a moment varies from saga to saga: 750 … 1250, out of an id.
[[nodiscard]] std::int64_t jitter_of(const Uuid& id);

}  // namespace remit::engine
