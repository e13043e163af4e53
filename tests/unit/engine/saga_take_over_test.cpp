// A saga whose owner died: what it may have sent is asked about before anything else is done.
#include <gtest/gtest.h>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

TEST(SagaTakeOver, ATakeOverAsksInsteadOfSubmitting) {
  const Saga saga = take_over(submitting(new_saga(kOneLegPlan), "a"), at(seconds(60)));
  EXPECT_EQ(saga.legs[0].state, LegState::asking);
  EXPECT_EQ(saga.legs[0].open_until, kStart + seconds(60) + kGrace);
  EXPECT_EQ(next_action(saga), Action::query);
}

TEST(SagaTakeOver, APossiblySentOperationIsSentAgainToTheSameProviderOnly) {
  Saga saga = take_over(submitting(new_saga(kOneLegPlan), "a"), at(seconds(60)));
  Step step = on_queried(saga, outcome(Status::not_found), at(seconds(60)), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::submitting);
  EXPECT_EQ(step.saga.legs[0].provider, "a");
  EXPECT_FALSE(step.rest);
  step = on_submitted(step.saga, rejected(), at(seconds(61)), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::asking) << "the first may still arrive";
  EXPECT_EQ(step.saga.legs[0].provider, "a");
}

TEST(SagaTakeOver, NoRefusalFreesALegOfWhichADeadOwnerMayHaveSentSomethingBeforeItIsAskedAgain) {
  Saga saga = take_over(submitting(new_saga(kOneLegPlan), "a"), at(seconds(60)));
  Step step = on_queried(saga, outcome(Status::not_found), at(seconds(60)), Policy{});
  Outcome not_sent = rejected();
  not_sent.passing = true;
  not_sent.not_attempted = true;
  // So late that the first cannot arrive any more; but it may have arrived since it was asked for.
  const Duration late = seconds(61) + kGrace;
  step = on_submitted(step.saga, not_sent, at(late), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::asking);
  EXPECT_EQ(step.saga.legs[0].provider, "a");
  EXPECT_FALSE(step.rest);
  const Step found = on_queried(step.saga, settled(), at(late), Policy{});
  EXPECT_EQ(found.saga.status, kCompleted);
  step = on_queried(step.saga, outcome(Status::not_found), at(late), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::planned);
}

TEST(SagaTakeOver, TakingOverLeavesEveryOtherStateAlone) {
  for (const LegState state : {LegState::planned, LegState::asking, LegState::polling}) {
    Saga saga = new_saga(kOneLegPlan);
    saga.legs[0].state = state;
    saga.legs[0].open_until = kStart + seconds(3);
    const Saga taken = take_over(saga, at(seconds(60)));
    EXPECT_EQ(taken.legs[0].state, state);
    EXPECT_EQ(taken.legs[0].open_until, kStart + seconds(3));
  }
}

}  // namespace
}  // namespace remit::engine
