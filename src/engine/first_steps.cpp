#include "first_steps.hpp"

#include <chrono>
#include <utility>

#include "remit/base/jitter.hpp"

namespace remit::engine {
namespace {

constexpr Duration kSurveyAge = std::chrono::milliseconds(1);

}  // namespace

std::shared_ptr<const FirstStep> FirstSteps::make(Saga saga,
                                                  std::optional<Timestamp> database_now) {
  const Timestamp about = database_now.value_or(saga.created_at);
  survey_now_and_then(about);
  if (!some_take_calls_) return nullptr;
  if (saga.legs.empty()) saga.legs = parts_->plan->initial_legs(saga);
  const Uuid id = parts_->ids.next();
  const StepContext context{.now = about, .jitter_permille = jitter_permille(id), .fresh_id = id};
  Step step = choose(std::move(saga), survey_, context, parts_->policy);
  if (next_action(step.saga) != Action::submit || step.rest) return nullptr;
  // Known when it is stored: see saga_begun.
  step.saga.legs[current_leg_index(step.saga)].requested_at = Timestamp{};
  return std::make_shared<const FirstStep>(
      FirstStep{.step = std::move(step), .owner = owner_, .lease = parts_->lease, .lease_id = id});
}

void FirstSteps::survey_now_and_then(Timestamp database_now) {
  const Duration now = parts_->clock.monotonic();
  if (now < next_survey_) return;
  next_survey_ = now + kSurveyAge;
  survey_ = survey_for(*parts_->plan, parts_->book);
  some_take_calls_ =
      !readiness_of(*parts_->plan, survey_, database_now, parts_->policy).nobody_takes_calls;
}

}  // namespace remit::engine
