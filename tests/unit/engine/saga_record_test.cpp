// What a provider has on record: its instant counts, its amount has to be ours; and what is kept of
// what it said.
#include <gtest/gtest.h>

#include "remit/engine/saga_row.hpp"
#include "saga_choice.hpp"
#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

Outcome settled_at(Timestamp recorded) {
  Outcome found = settled();
  found.recorded_at = recorded;
  return found;
}

Outcome differs() { return outcome(Status::differs, "recorded with another amount"); }

Saga asking() {
  return on_submitted(submitting(new_saga(kOneLegPlan), "a"), unanswered(), at(seconds(1)),
                      Policy{})
      .saga;
}

TEST(SagaRecord, TheInstantOnRecordIsTheOneThatCounts) {
  const Timestamp recorded = kStart - std::chrono::hours(7) + std::chrono::microseconds(3);
  for (const Step& step : {on_queried(asking(), settled_at(recorded), at(seconds(2)), Policy{}),
                           on_submitted(submitting(new_saga(kOneLegPlan), "a"),
                                        settled_at(recorded), at(seconds(2)), Policy{})}) {
    EXPECT_EQ(step.saga.status, kCompleted);
    EXPECT_EQ(step.saga.legs[0].requested_at, recorded);
    EXPECT_EQ(columns_after(step, seconds(30)).submitted_at, recorded) << "sums go by it";
  }
  const Step step = on_queried(asking(), settled(), at(seconds(2)), Policy{});
  EXPECT_EQ(step.saga.legs[0].requested_at, kStart) << "nothing is known of another";
}

TEST(SagaRecord, AnotherAmountIsNeitherSettledNorFailedNorSentElsewhere) {
  for (const Step& step : {on_queried(asking(), differs(), at(seconds(2)), Policy{}),
                           on_submitted(submitting(new_saga(kOneLegPlan), "a"), differs(),
                                        at(seconds(2)), Policy{})}) {
    EXPECT_TRUE(step.ended);
    EXPECT_TRUE(step.postings.empty());
    EXPECT_TRUE(step.transitions.empty());
    EXPECT_EQ(step.saga.status, "PROCESSING");
    EXPECT_EQ(step.saga.parked_reason, kAmountDiffers);
    EXPECT_EQ(step.saga.error_message, "recorded with another amount");
    EXPECT_EQ(step.saga.legs[0].provider, "a");
    EXPECT_EQ(columns_after(step, seconds(30)).due_after, std::nullopt);
    EXPECT_FALSE(cancel(step.saga, kStart + seconds(3)));
  }
}

TEST(SagaRecord, ARetryOfAnotherAmountAsksAgain) {
  const Saga parked =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), differs(), at(seconds(2)), Policy{})
          .saga;
  const Result<Step> retried = retry(parked, id_of(77), kStart + minutes(5));
  ASSERT_TRUE(retried);
  EXPECT_EQ(retried->rest, Duration{0});
  EXPECT_EQ(retried->saga.parked_reason, "");
  EXPECT_EQ(next_action(retried->saga), Action::query);
  EXPECT_EQ(retried->saga.legs[0].operation_id, id_of(100)) << "or it would be another charge";
  EXPECT_EQ(on_queried(retried->saga, differs(), at(minutes(5)), Policy{}).saga.parked_reason,
            kAmountDiffers);
  const Step done = on_queried(retried->saga, settled(), at(minutes(5)), Policy{});
  EXPECT_EQ(done.saga.status, kCompleted);
  EXPECT_EQ(done.saga.error_message, "");
  const Step gone = on_queried(retried->saga, outcome(Status::not_found), at(minutes(5)), Policy{});
  EXPECT_EQ(next_action(gone.saga), Action::choose) << "somebody has taken it off the books";
}

TEST(SagaRecord, AnAttemptKeepsItsOwnErrorWhateverIsFoundLater) {
  const Step submitted =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), outcome(Status::unknown, "HTTP 503"),
                   at(seconds(1)), Policy{});
  for (const Outcome& found : {settled(), pending(), outcome(Status::failed, "closed")}) {
    const Step step = on_queried(submitted.saga, found, at(seconds(2)), Policy{});
    EXPECT_EQ(step.saga.legs[0].attempts.back().error, "HTTP 503");
    EXPECT_NE(step.saga.legs[0].attempts.back().outcome, "unknown");
  }
  const Step freed =
      on_queried(submitted.saga, outcome(Status::not_found), at(minutes(9)), Policy{});
  EXPECT_EQ(freed.saga.legs[0].attempts.back().error, "HTTP 503");
  EXPECT_EQ(freed.saga.legs[0].attempts.back().outcome, "not_found");
}

TEST(SagaRecord, AnAcceptedTransferThatFailsSaysWhyInItsAttempt) {
  Step step =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), Policy{});
  step = on_queried(step.saga, outcome(Status::failed, "account closed"), at(seconds(2)), Policy{});
  EXPECT_EQ(step.saga.legs[0].attempts.back().error, "account closed");
}

TEST(SagaRecord, AQuestionThatSettlesNothingIsShownUntilOneDoes) {
  Step step = on_queried(asking(), outcome(Status::unknown, "HTTP 404"), at(seconds(2)), Policy{});
  EXPECT_EQ(step.saga.legs[0].attempts.back().error, "timeout");
  EXPECT_EQ(step.saga.legs[0].attempts.back().asked, "HTTP 404");
  step = on_queried(step.saga, outcome(Status::unknown, "HTTP 503"), at(seconds(3)), Policy{});
  EXPECT_EQ(step.saga.legs[0].attempts.back().asked, "HTTP 503");
  step = on_queried(step.saga, settled(), at(seconds(4)), Policy{});
  EXPECT_EQ(step.saga.legs[0].attempts.back().asked, "");
}

routing::Candidate candidate(Duration timeout, Duration longest) {
  routing::Candidate one;
  one.name = "a";
  one.timeout = timeout;
  one.longest_latency = longest;
  return one;
}

TEST(SagaPatience, IsStoredWithEveryChoice) {
  for (const auto& [timeout, longest] :
       {std::pair(seconds(10), seconds(0)), std::pair(seconds(3), seconds(10))}) {
    const Survey survey{{ProviderKind::processor, {candidate(timeout, longest)}}};
    const Step step = choose(new_saga(kOneLegPlan), survey, at(seconds(1)), Policy{});
    EXPECT_EQ(step.saga.legs[0].late_effect_window, seconds(20));
  }
}

TEST(SagaPatience, IsTakenFromTheInstanceThatRepeatsTheSubmission) {
  StepContext context = at(seconds(60));
  Saga saga = take_over(submitting(new_saga(kOneLegPlan), "a"), context);
  saga.legs[0].late_effect_window = seconds(5);
  Step step = on_queried(saga, outcome(Status::not_found), context, Policy{});
  ASSERT_EQ(next_action(step.saga), Action::submit);
  EXPECT_EQ(step.saga.legs[0].late_effect_window, kGrace) << "it may take effect for so long";
  saga.legs[0].late_effect_window = kGrace * 2;
  step = on_queried(saga, outcome(Status::not_found), context, Policy{});
  EXPECT_EQ(step.saga.legs[0].late_effect_window, kGrace * 2) << "and the first for so long";
}

}  // namespace
}  // namespace remit::engine
