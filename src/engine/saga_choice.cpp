#include "saga_choice.hpp"

#include <algorithm>
#include <utility>

#include "remit/base/jitter.hpp"

namespace remit::engine {
namespace {

/// How long an unanswered submission may take effect.
Duration window_of(const routing::Candidate& candidate) {
  return std::max(candidate.longest_latency, candidate.timeout) * 2;
}

}  // namespace

routing::ChoiceRequest choice_request_of(const Saga& saga, std::size_t index, Timestamp now,
                                         const Policy& policy) {
  const Leg& leg = saga.legs[index];
  const bool gains_by_waiting = plan_of_leg(saga, index).priced_at_choice;
  return {.amount = leg.source,
          .excluded = leg.refused_by,
          .avoid = leg.avoid,
          .cost_deadline = gains_by_waiting ? policy.cost_deadline : routing::CostDeadlinePolicy{},
          .created = saga.created_at,
          .now = now};
}

Survey survey_for(const SagaPlan& plan, const routing::ProviderBook& book) {
  Survey survey;
  const auto add = [&](const LegPlan& leg) {
    if (leg.made_by == MadeBy::ourselves) return;
    survey.try_emplace(leg.provider_kind, book.survey(leg.provider_kind));
  };
  for (const LegPlan& leg : plan.legs) {
    add(leg);
    if (leg.compensation != nullptr) add(leg.compensation->leg);
  }
  return survey;
}

Step choose(Saga saga, const Survey& survey, StepContext context, const Policy& policy) {
  const std::size_t index = current_leg_index(saga);
  const Leg& leg = saga.legs[index];
  const LegPlan& plan = plan_of_leg(saga, index);
  const std::vector<routing::Candidate>& candidates = survey.at(plan.provider_kind);
  routing::Choice choice;
  if (plan.made_by == MadeBy::same) {
    choice = {.provider = leg.provider,
              .reasons = {{leg.provider, "holds_the_money", std::nullopt}},
              .retry_after = {}};
  } else {
    choice =
        routing::choose_provider(candidates, choice_request_of(saga, index, context.now, policy));
  }
  std::optional<Money> fee;
  const auto chosen =
      choice.provider ? std::ranges::find(candidates, *choice.provider, &routing::Candidate::name)
                      : candidates.end();
  if (chosen != candidates.end()) {
    context.chosen_window = window_of(*chosen);
    if (plan.priced_at_choice) {
      const Result<Money> priced = fee_of(chosen->fee, leg.source);
      fee = priced ? std::optional(*priced) : std::nullopt;
    }
  }
  return on_chosen(std::move(saga), choice, fee, context, policy);
}

std::function<Step(Saga, Timestamp)> chooser(Survey known, Policy policy) {
  return [survey = std::move(known), policy](Saga saga, Timestamp now) {
    const bool is_plain = next_action(saga) == Action::choose &&
                          saga.legs[current_leg_index(saga)].refused_by.empty();
    if (!is_plain) {
      Step as_it_is{.saga = std::move(saga)};
      as_it_is.was_parked = as_it_is.saga.parked_reason;
      return as_it_is;
    }
    StepContext context;
    context.now = now;
    context.jitter_permille = jitter_permille(saga.id);
    return choose(std::move(saga), survey, context, policy);
  };
}

Duration Readiness::youngest() const {
  std::optional<Duration> youngest;
  for (const ReadyBand& band : bands) {
    if (band.from_age == Duration::zero()) continue;
    youngest = std::min(youngest.value_or(band.from_age), band.from_age);
  }
  return youngest.value_or(Duration{0});
}

Readiness readiness_of(const SagaPlan& plan, const Survey& survey, Timestamp now,
                       const Policy& policy) {
  Readiness readiness{.nobody_takes_calls = true};
  bool some_wait = false;
  for (const LegPlan& leg : plan.legs) {
    if (leg.made_by == MadeBy::ourselves) {
      // It needs no provider, and which sagas are at it cannot be seen in the columns.
      return {};
    }
    for (const Currency currency : kCurrencies) {
      const routing::ChoiceRequest request{.amount = {1, currency},
                                           .cost_deadline = leg.priced_at_choice
                                                                ? policy.cost_deadline
                                                                : routing::CostDeadlinePolicy{},
                                           .created = now,
                                           .now = now};
      for (const auto& one : routing::choosable(survey.at(leg.provider_kind), request)) {
        readiness.nobody_takes_calls = false;
        some_wait = some_wait || !one.is_everything();
        readiness.bands.push_back({currency, one.least, one.most, one.from_age});
      }
    }
  }
  if (!some_wait) readiness.bands.clear();
  return readiness;
}

}  // namespace remit::engine
