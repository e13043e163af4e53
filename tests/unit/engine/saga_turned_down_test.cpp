// A leg that is refused each time, though not in the words that count: it is free again and again,
// so that it is tried on, and shown. And what is written down of attempts in between.
#include <gtest/gtest.h>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

Policy three_attempts() {
  Policy policy;
  policy.max_attempts = 3;
  return policy;
}

/// Submitted, answered so, asked about when nothing can be under way any more, and not known there.
Step in_vain(Saga saga, const std::string& provider, const Outcome& answer) {
  const Policy policy = three_attempts();
  const Step step =
      on_submitted(submitting(std::move(saga), provider), answer, at(seconds(4)), policy);
  return on_queried(step.saga, outcome(Status::not_found), at(minutes(5)), policy);
}

struct Turned {
  const char* name;
  Saga saga;
  std::string provider;
  std::string_view reason;
  std::string_view status;
};

class EveryLeg : public testing::TestWithParam<Turned> {};

TEST_P(EveryLeg, RefusedEachTimeIsParkedAndRetried) {
  const auto& [name, begun, provider, reason, status] = GetParam();
  Saga saga = begun;
  Duration last{0};
  for (int attempt = 1; attempt <= 5; ++attempt) {
    Step step = in_vain(std::move(saga), provider, turned_down());
    ASSERT_FALSE(step.ended);
    ASSERT_TRUE(step.rest);
    EXPECT_GT(*step.rest, last) << "less and less often";
    last = *step.rest;
    saga = std::move(step.saga);
    EXPECT_EQ(saga.parked_reason, attempt < 3 ? "" : reason);
    EXPECT_EQ(next_action(saga), Action::choose);
  }
  EXPECT_EQ(saga.error_message, "HTTP 403: KYC_REQUIRED");
  EXPECT_EQ(saga.status, status);
  const Result<Step> hurried = retry(saga, id_of(77), kStart + minutes(6));
  ASSERT_TRUE(hurried) << "sooner, if a person says so";
  EXPECT_EQ(hurried->saga.parked_reason, "");
  EXPECT_EQ(current_leg(hurried->saga)->refusals, 0);
  EXPECT_EQ(hurried->rest, Duration{0});
}

TEST_P(EveryLeg, IsNotShownForSilence) {
  const auto& [name, begun, provider, reason, status] = GetParam();
  Saga saga = begun;
  for (const Outcome& silence : {unanswered(), answered_5xx()}) {
    for (int attempt = 1; attempt <= 5; ++attempt) {
      Step step = in_vain(std::move(saga), provider, silence);
      EXPECT_FALSE(step.ended);
      saga = std::move(step.saga);
      EXPECT_EQ(saga.parked_reason, "");
    }
  }
  EXPECT_EQ(current_leg(saga)->refusals, 0);
}

TEST_P(EveryLeg, ParkedForRefusalsStaysSoUntilItIsAccepted) {
  const auto& [name, begun, provider, reason, status] = GetParam();
  Saga saga = begun;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    saga = in_vain(std::move(saga), provider, turned_down()).saga;
  }
  ASSERT_EQ(saga.parked_reason, reason);
  saga = in_vain(std::move(saga), provider, unanswered()).saga;
  EXPECT_EQ(saga.parked_reason, reason);
  saga = on_submitted(submitting(saga, provider), not_attempted(), at(minutes(6)), Policy{}).saga;
  EXPECT_EQ(saga.parked_reason, reason);
  saga = submitting(saga, provider, minutes(7));
  EXPECT_EQ(saga.parked_reason, reason);
  const Saga accepted = on_submitted(saga, pending("taken"), at(minutes(8)), three_attempts()).saga;
  EXPECT_EQ(accepted.parked_reason, "");
  if (reason != kCompensationFailed) EXPECT_EQ(accepted.error_message, "");
  const Saga done = on_submitted(saga, settled(), at(minutes(8)), three_attempts()).saga;
  EXPECT_EQ(done.parked_reason, "");
}

TEST_P(EveryLeg, CannotBeHurriedWhileItIsAtItsProvider) {
  const auto& [name, begun, provider, reason, status] = GetParam();
  Saga saga = begun;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    saga = in_vain(std::move(saga), provider, turned_down()).saga;
  }
  saga = submitting(saga, provider, minutes(7));
  const Saga asked = on_submitted(saga, unanswered(), at(minutes(8)), three_attempts()).saga;
  for (const Saga& under_way : {saga, asked}) {
    const Result<Step> refused = retry(under_way, id_of(77), kStart + minutes(9));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, kNotRetryable);
    const std::string what(to_string(current_leg(under_way)->operation));
    EXPECT_NE(refused.error().detail.find("its " + what + " is at " + provider + " now"),
              std::string::npos)
        << refused.error().detail;
  }
}

INSTANTIATE_TEST_SUITE_P(
    SagaTurnedDown, EveryLeg,
    testing::Values(Turned{"Charge", new_saga(kOneLegPlan), "a", kRefusedTooOften, "PROCESSING"},
                    Turned{"Onramp", new_saga(kTwoLegPlan), "in", kRefusedTooOften,
                           "ONRAMP_PENDING"},
                    Turned{"Offramp", after_onramp(), "out", kRefusedTooOften, "OFFRAMP_PENDING"},
                    Turned{"Refund", compensating(), "in", kCompensationFailed, kCompensating}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(SagaTurnedDown, TheNextAttemptIsAtAnotherProvider) {
  const Step step = in_vain(new_saga(kOneLegPlan), "a", turned_down());
  EXPECT_EQ(step.saga.legs[0].avoid, "a");
  EXPECT_EQ(step.saga.legs[0].provider, "");
}

TEST(SagaTurnedDown, ARefusalThatSaidNothingOfAnEarlierSubmissionCountsWhenTheLegIsFreed) {
  for (const Outcome& refusal : {rejected(), passing(), not_attempted()}) {
    Saga saga = submitting(new_saga(kOneLegPlan), "a");
    saga.legs[0].open_until = kStart + minutes(1);
    saga = on_submitted(saga, refusal, at(seconds(4)), Policy{}).saga;
    const Step step = on_queried(saga, outcome(Status::not_found), at(minutes(5)), Policy{});
    EXPECT_EQ(step.saga.legs[0].refusals, refusal.not_attempted ? 0 : 1);
  }
}

TEST(SagaAttempts, AnAnswerAfterACrashIsNotWrittenIntoAnOlderAttempt) {
  Saga at_b = in_vain(new_saga(kOneLegPlan), "a", unanswered()).saga;
  at_b = take_over(submitting(std::move(at_b), "b", minutes(6)), at(minutes(7)));
  ASSERT_EQ(at_b.legs[0].attempts.size(), 1U) << "its owner died before it could write one down";
  for (const Outcome& seen : {settled(), pending(), outcome(Status::failed, "closed"),
                              outcome(Status::differs, "another amount")}) {
    const Saga saga = on_queried(at_b, seen, at(minutes(8)), Policy{}).saga;
    const std::vector<Attempt>& attempts = saga.legs[0].attempts;
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[0].provider, "a");
    EXPECT_EQ(attempts[0].outcome, "not_found");
    EXPECT_EQ(attempts[1].provider, "b");
    EXPECT_EQ(attempts[1].operation_id, id_of(100));
    EXPECT_EQ(attempts[1].started_at, at_b.legs[0].requested_at);
    EXPECT_EQ(attempts[1].error, seen.error);
    EXPECT_NE(attempts[1].outcome, "not_found");
  }
}

}  // namespace
}  // namespace remit::engine
