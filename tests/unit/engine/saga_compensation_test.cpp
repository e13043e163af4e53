// Legs that have to be given back, and what a person may ask for: cancel, retry.
#include <gtest/gtest.h>

#include "remit/engine/saga_machine.hpp"
#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

TEST(SagaCompensation, AFailedSecondLegIsRefundedByWhoHoldsTheMoney) {
  const Step failed =
      on_submitted(submitting(after_onramp(), "out", seconds(2)),
                   outcome(Status::failed, "account closed"), at(seconds(3)), Policy{});
  EXPECT_EQ(failed.transitions.at(0).from, "OFFRAMP_PENDING");
  EXPECT_EQ(failed.transitions.at(0).to, kCompensating);
  EXPECT_TRUE(failed.postings.empty());
  EXPECT_FALSE(failed.ended);
  const Saga& saga = failed.saga;
  EXPECT_EQ(saga.error_code, "OFFRAMP_FAILED");
  ASSERT_EQ(saga.legs.size(), 3U);
  EXPECT_EQ(current_leg_index(saga), 2U);
  EXPECT_EQ(saga.legs[2].compensates, 0U);
  EXPECT_EQ(plan_of_leg(saga, 2).provider_kind, ProviderKind::onramp);
  const Leg& refund = saga.legs[2];
  EXPECT_EQ(refund.operation, providers::OperationKind::refund);
  EXPECT_EQ(refund.provider, "in");
  EXPECT_EQ(refund.operation_id, id_of(200));
}

TEST(SagaCompensation, TheRefundPostsWhatTheLegPostedBackwards) {
  const std::vector<ledger::Posting> taken = test_postings(after_onramp(), 0);
  const Saga saga = submitting(compensating(), "in", seconds(4));
  EXPECT_EQ(saga.status, kCompensating);
  const Step done = on_submitted(saga, settled("refund-tx"), at(seconds(5)), Policy{});
  EXPECT_EQ(done.postings, ledger::mirror(taken));
  EXPECT_EQ(done.saga.status, kFailed);
  EXPECT_EQ(done.saga.error_code, "COMPENSATED");
  EXPECT_EQ(done.saga.error_message, "account closed");
  EXPECT_NE(done.transitions.at(0).message.find("refund-tx"), std::string::npos);
  EXPECT_TRUE(done.ended);
}

TEST(SagaCompensation, ARefundThatIsRefusedStaysWithItsProviderAndIsParkedInTheEnd) {
  for (const Outcome& refusal : {rejected(), passing(), outcome(Status::failed, "no")}) {
    Policy policy;
    policy.max_attempts = 3;
    Saga saga = compensating();
    for (int attempt = 1; attempt <= 3; ++attempt) {
      const Step step =
          on_submitted(submitting(std::move(saga), "in"), refusal, at(seconds(4)), policy);
      EXPECT_EQ(step.saga.legs[2].provider, "in");
      EXPECT_EQ(step.saga.legs[2].state, LegState::planned);
      EXPECT_EQ(step.saga.status, kCompensating);
      EXPECT_EQ(step.ended, attempt == 3);
      EXPECT_EQ(step.rest.has_value(), attempt != 3) << "retried with backoff";
      saga = step.saga;
    }
    EXPECT_EQ(saga.parked_reason, kCompensationFailed);
  }
}

TEST(SagaCompensation, AFailedRefundIsRepeatedUnderAnotherOperation) {
  Saga saga =
      on_submitted(submitting(compensating(), "in"), pending("refund-1"), at(seconds(4)), Policy{})
          .saga;
  const Uuid first = saga.legs[2].operation_id;
  StepContext context = at(seconds(5));
  context.fresh_id = id_of(201);
  saga = on_queried(saga, outcome(Status::failed, "bounced"), context, Policy{}).saga;
  EXPECT_NE(saga.legs[2].operation_id, first) << "the provider keeps the failed one under the old";
  EXPECT_EQ(saga.legs[2].reference, "") << "or it would be asked about the failed one again";
  EXPECT_EQ(next_action(saga), Action::choose);
}

TEST(SagaCompensation, ARefundThatIsAcceptedAndFailsEachTimeIsParkedInTheEnd) {
  Policy policy;
  policy.max_attempts = 3;
  Saga saga = compensating();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    saga =
        on_submitted(submitting(std::move(saga), "in"), pending("r"), at(seconds(4)), policy).saga;
    saga = on_queried(saga, outcome(Status::failed, "bounced"), at(seconds(5)), policy).saga;
    EXPECT_EQ(saga.parked_reason, attempt == 3 ? kCompensationFailed : "");
  }
  EXPECT_EQ(saga.error_message, "bounced");
}

TEST(SagaCompensation, ARefundThatIsUnknownIsAskedAboutNotRepeated) {
  Saga saga =
      on_submitted(submitting(compensating(), "in"), unanswered(), at(seconds(4)), Policy{}).saga;
  EXPECT_EQ(next_action(saga), Action::query);
  const Uuid operation = saga.legs[2].operation_id;
  const Step step = on_queried(saga, outcome(Status::not_found), at(minutes(5)), Policy{});
  EXPECT_EQ(step.saga.legs[2].provider, "in");
  EXPECT_EQ(step.saga.legs[2].operation_id, operation);
  EXPECT_TRUE(step.rest) << "there is no other provider to go to at once";
}

TEST(SagaCompensation, AnOverdueLegThatFailsInTheEndIsNoLongerParked) {
  Saga saga = on_submitted(submitting(after_onramp(), "out", seconds(2)), pending("out-1"),
                           at(seconds(3)), Policy{})
                  .saga;
  saga = on_queried(saga, pending("out-1"), at(std::chrono::hours(5)), Policy{}).saga;
  ASSERT_EQ(saga.parked_reason, kSettlementOverdue);
  saga = on_queried(saga, outcome(Status::failed, "bounced"), at(std::chrono::hours(6)), Policy{})
             .saga;
  EXPECT_EQ(saga.status, kCompensating);
  EXPECT_EQ(saga.parked_reason, "");
}

TEST(SagaCompensation, LegsAfterTheFailedOneAreNeverBegun) {
  Saga saga = submitting(after_onramp(kThreeLegPlan), "out", seconds(2));
  saga = on_submitted(saga, outcome(Status::failed, "closed"), at(seconds(3)), Policy{}).saga;
  EXPECT_EQ(saga.status, kCompensating);
  EXPECT_EQ(current_leg_index(saga), 3U) << "the refund, not the third leg";
  saga = on_submitted(submitting(saga, "in"), settled(), at(seconds(4)), Policy{}).saga;
  EXPECT_EQ(saga.status, kFailed);
  EXPECT_EQ(current_leg(saga), nullptr);
}

TEST(SagaCompensation, SettledLegsAreGivenBackLastFirst) {
  Outcome middle = settled("middle-tx");
  middle.reference = "mid-1";
  Saga saga = submitting(after_onramp(kThreeLegPlan), "mid", seconds(2));
  saga = on_submitted(saga, middle, at(seconds(3)), Policy{}).saga;
  saga = on_submitted(submitting(saga, "out"), outcome(Status::failed, "closed"), at(seconds(4)),
                      Policy{})
             .saga;
  ASSERT_EQ(current_leg(saga)->compensates, 1U);
  EXPECT_EQ(current_leg(saga)->provider, "mid");
  const Step first = on_submitted(submitting(saga, "mid"), settled(), at(seconds(5)), Policy{});
  EXPECT_EQ(first.postings, ledger::mirror(test_postings(first.saga, 1)));
  EXPECT_EQ(first.saga.status, kCompensating);
  EXPECT_FALSE(first.ended);
  ASSERT_EQ(current_leg(first.saga)->compensates, 0U);
  const Step last = on_submitted(submitting(first.saga, "in"), settled(), at(seconds(6)), Policy{});
  EXPECT_EQ(last.postings, ledger::mirror(test_postings(last.saga, 0)));
  EXPECT_EQ(last.saga.status, kFailed);
  EXPECT_TRUE(last.ended);
}

TEST(SagaCompensation, AFirstLegThatFailsHasNothingToGiveBack) {
  const Step step = on_submitted(submitting(new_saga(kTwoLegPlan), "in"),
                                 outcome(Status::failed, "closed"), at(seconds(1)), Policy{});
  EXPECT_EQ(step.saga.status, kFailed);
  EXPECT_EQ(step.saga.error_code, "ONRAMP_FAILED");
  EXPECT_EQ(step.saga.legs.size(), 2U);
  EXPECT_EQ(next_action(step.saga), Action::stop);
}

TEST(SagaCancel, IsAllowedOnlyWhileNothingWasSubmitted) {
  const Result<Step> cancelled = cancel(new_saga(kTwoLegPlan), kStart + seconds(1));
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->saga.status, kCancelled);
  EXPECT_EQ(cancelled->transitions.at(0).from, kPending);
  EXPECT_TRUE(cancelled->ended);
  EXPECT_EQ(cancelled->saga.processed_at, kStart + seconds(1));

  const Saga waiting =
      on_chosen(new_saga(kTwoLegPlan), none_of({"in"}), std::nullopt, at(seconds(1)), Policy{})
          .saga;
  EXPECT_TRUE(cancel(waiting, kStart)) << "nothing was sent, only looked for";

  const Saga freed = on_submitted(submitting(new_saga(kTwoLegPlan), "in"), not_attempted(),
                                  at(seconds(1)), Policy{})
                         .saga;
  for (const Saga& saga : {submitting(new_saga(kTwoLegPlan), "in"), freed, after_onramp(),
                           compensating(), cancelled->saga}) {
    const Result<Step> refused = cancel(saga, kStart);
    ASSERT_FALSE(refused) << saga.status;
    EXPECT_EQ(refused.error().code, kNotCancelable);
  }
}

TEST(SagaRetry, RepeatsAFailedLeg) {
  Saga saga = submitting(new_saga(kTwoLegPlan), "in");
  saga.legs[0].open_until = kStart + std::chrono::hours(1);
  saga = on_queried(saga, outcome(Status::failed, "closed"), at(seconds(1)), Policy{}).saga;
  const Result<Step> step = retry(saga, id_of(77), kStart + seconds(9));
  ASSERT_TRUE(step);
  const Leg& leg = step->saga.legs[0];
  EXPECT_EQ(step->transitions.at(0).from, kFailed);
  EXPECT_EQ(step->transitions.at(0).to, kPending);
  EXPECT_EQ(leg.state, LegState::planned);
  EXPECT_EQ(leg.operation_id, id_of(77));
  EXPECT_EQ(leg.provider, "");
  EXPECT_EQ(leg.open_until, Timestamp{}) << "nothing of the new operation is under way";
  EXPECT_TRUE(leg.refused_by.empty());
  EXPECT_EQ(step->saga.error_code, "");
  EXPECT_EQ(step->saga.error_message, "");
  EXPECT_FALSE(step->saga.processed_at);
  EXPECT_EQ(step->rest, Duration{0});
  EXPECT_FALSE(step->ended);
}

TEST(SagaRetry, KeepsTheOperationWhereThePlanSaysSo) {
  Step failed =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), rejected(), at(seconds(1)), Policy{});
  failed = on_chosen(failed.saga, none_of({"a"}), std::nullopt, at(seconds(1)), Policy{});
  ASSERT_EQ(failed.saga.status, kFailed);
  const Result<Step> step = retry(failed.saga, id_of(77), kStart);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->saga.legs[0].operation_id, id_of(100));
}

TEST(SagaRetry, ResumesAParkedSagaWhereItWas) {
  Policy policy;
  policy.max_attempts = 1;
  const Step parked =
      on_submitted(submitting(compensating(), "in"), rejected(), at(seconds(4)), policy);
  ASSERT_EQ(parked.saga.parked_reason, kCompensationFailed);
  const Result<Step> step = retry(parked.saga, id_of(77), kStart);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->saga.parked_reason, "");
  EXPECT_EQ(step->saga.status, kCompensating);
  EXPECT_TRUE(step->transitions.empty());
  EXPECT_EQ(next_action(step->saga), Action::choose);
  EXPECT_EQ(step->saga.legs[2].refusals, 0);
}

TEST(SagaRetry, ClearsOnlyTheParkingOfAnUnreadableSaga) {
  Saga saga = submitting(new_saga(kTwoLegPlan), "in");
  saga.legs[0].refused_by = {"other"};
  saga.legs[0].refusals = 3;
  saga.parked_reason = kUnreadable;
  const Result<Step> step = retry(saga, id_of(77), kStart);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->saga.parked_reason, "");
  EXPECT_EQ(step->rest, Duration{0});
  EXPECT_EQ(step->saga.legs[0].state, LegState::submitting);
  EXPECT_EQ(step->saga.legs[0].refused_by.size(), 1U);
  EXPECT_EQ(step->saga.legs[0].refusals, 3);
}

TEST(SagaCommands, LeaveAloneWhatThisVersionCannotRead) {
  Saga saga = new_saga(kTwoLegPlan);
  saga.legs.clear();
  saga.unreadable = "a leg's state is frozen";
  saga.parked_reason = kUnreadable;
  EXPECT_EQ(cancel(saga, kStart).error().code, kNotCancelable);
  EXPECT_EQ(retry(saga, id_of(77), kStart).error().code, kNotRetryable);
}

TEST(SagaRetry, IsRefusedForEverythingElse) {
  const Saga compensated =
      on_submitted(submitting(compensating(), "in"), settled(), at(seconds(4)), Policy{}).saga;
  Saga overdue =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), Policy{})
          .saga;
  overdue = on_queried(overdue, pending(), at(std::chrono::hours(5)), Policy{}).saga;
  const Saga done =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), settled(), at(seconds(1)), Policy{})
          .saga;
  for (const Saga& saga :
       {new_saga(kOneLegPlan), submitting(new_saga(kOneLegPlan), "a"), after_onramp(),
        compensating(), compensated, overdue, done, cancel(new_saga(kOneLegPlan), kStart)->saga}) {
    const Result<Step> refused = retry(saga, id_of(77), kStart);
    ASSERT_FALSE(refused) << saga.status << saga.error_code;
    EXPECT_EQ(refused.error().code, kNotRetryable);
  }
}

}  // namespace
}  // namespace remit::engine
