#include "saga_choice.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {
namespace {

/// How long an unanswered submission may take effect.
Duration patience_of(const routing::Candidate& candidate) {
  return std::max(candidate.longest_latency, candidate.timeout) * 2;
}

/// A leg whose fee was fixed before gains nothing by waiting for a cheaper provider.
routing::Occasion occasion_of(const Saga& saga, std::size_t index, Timestamp now,
                              const Policy& policy) {
  const Leg& leg = saga.legs[index];
  return {
      .amount = leg.source,
      .excluded = leg.refused_by,
      .avoid = leg.avoid,
      .patience = saga.plan->legs[index].priced_at_choice ? policy.patience : routing::Patience{},
      .created = saga.created_at,
      .now = now};
}

}  // namespace

Survey survey_for(const SagaPlan& plan, const routing::ProviderBook& book) {
  Survey survey;
  for (const LegPlan& leg : plan.legs) {
    survey.try_emplace(leg.provider_kind, book.survey(leg.provider_kind));
  }
  return survey;
}

Step choose(Saga saga, const Survey& survey, Moment moment, const Policy& policy) {
  const std::size_t index = current_leg_index(saga);
  const Leg& leg = saga.legs[index];
  const std::vector<routing::Candidate>& candidates = survey.at(provider_kind(saga, index));
  routing::Choice choice;
  if (is_refund(saga, index)) {
    choice = {.provider = leg.provider,
              .reasons = {{leg.provider, "holds_the_money", std::nullopt}},
              .retry_after = {}};
  } else {
    choice = routing::choose_provider(candidates, occasion_of(saga, index, moment.now, policy));
  }
  std::optional<Money> fee;
  const auto chosen =
      choice.provider ? std::ranges::find(candidates, *choice.provider, &routing::Candidate::name)
                      : candidates.end();
  if (chosen != candidates.end()) {
    moment.patience = patience_of(*chosen);
    if (!is_refund(saga, index)) {
      const Result<Money> priced = fee_of(chosen->fee, leg.source);
      fee = priced ? std::optional(*priced) : std::nullopt;
    }
  }
  return on_chosen(std::move(saga), choice, fee, moment, policy);
}

std::optional<Duration> choosable_from_age(const SagaPlan& plan, const Survey& survey,
                                           Timestamp now, const Policy& policy) {
  std::optional<Duration> youngest;
  for (const LegPlan& leg : plan.legs) {
    const routing::Occasion occasion{
        .amount = {100'000, Currency::USD},
        .patience = leg.priced_at_choice ? policy.patience : routing::Patience{},
        .created = now,
        .now = now};
    const auto age = routing::choosable_from_age(survey.at(leg.provider_kind), occasion);
    if (age) youngest = youngest ? std::min(*youngest, *age) : *age;
  }
  return youngest;
}

std::int64_t jitter_of(const Uuid& id) { return 750 + (id.bytes()[0] * 256 + id.bytes()[1]) % 501; }

}  // namespace remit::engine
