#include "remit/engine/saga_machine.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "saga_fixture.hpp"
#include "saga_steps.hpp"

namespace remit::engine {
namespace {

enum class Seen { submitted, queried };
enum class Goes { on, rests, ends };

/// One cell of the machine: a leg's state and an observation, and what must come of them.
struct Cell {
  const char* name;
  LegState state;
  bool open;  ///< an earlier submission may still take effect
  Outcome outcome;
  LegState to;
  bool keeps_provider;
  Goes goes;
  std::string_view status = "PROCESSING";

  friend std::ostream& operator<<(std::ostream& out, const Cell& cell) { return out << cell.name; }
};

std::vector<Cell> cells() {
  using enum LegState;
  return {
      {"SubmittedSettled", submitting, false, engine::settled(), LegState::settled, true,
       Goes::ends, kCompleted},
      {"SubmittedPending", submitting, false, pending(), polling, true, Goes::rests},
      {"SubmittedFailed", submitting, false, outcome(Status::failed), failed, true, Goes::ends,
       kFailed},
      {"SubmittedRejected", submitting, false, rejected(), planned, false, Goes::on},
      {"SubmittedPassing", submitting, false, passing(), planned, false, Goes::rests},
      {"SubmittedNotAttempted", submitting, false, not_attempted(), planned, false, Goes::rests},
      {"SubmittedNotFound", submitting, false, outcome(Status::not_found), asking, true, Goes::on},
      {"SubmittedUnanswered", submitting, false, unanswered(), asking, true, Goes::on},
      {"SubmittedAnswered", submitting, false, answered_5xx(), asking, true, Goes::on},
      {"SubmittedRejectedOpen", submitting, true, rejected(), asking, true, Goes::rests},
      {"SubmittedPassingOpen", submitting, true, passing(), asking, true, Goes::rests},
      {"SubmittedNotAttemptedOpen", submitting, true, not_attempted(), asking, true, Goes::rests},
      {"SubmittedDiffers", submitting, false, outcome(Status::differs), asking, true, Goes::ends},
      {"SubmittedSettledOpen", submitting, true, engine::settled(), LegState::settled, true,
       Goes::ends, kCompleted},
      {"AskedSettled", asking, false, engine::settled(), LegState::settled, true, Goes::ends,
       kCompleted},
      {"AskedPending", asking, false, pending(), polling, true, Goes::rests},
      {"AskedFailed", asking, false, outcome(Status::failed), failed, true, Goes::ends, kFailed},
      {"AskedRejected", asking, false, rejected(), asking, true, Goes::rests},
      {"AskedNotFound", asking, false, outcome(Status::not_found), planned, false, Goes::on},
      {"AskedUnknown", asking, false, unanswered(), asking, true, Goes::rests},
      {"AskedDiffers", asking, false, outcome(Status::differs), asking, true, Goes::ends},
      {"AskedSettledOpen", asking, true, engine::settled(), LegState::settled, true, Goes::ends,
       kCompleted},
      {"AskedPendingOpen", asking, true, pending(), polling, true, Goes::rests},
      {"AskedNotFoundOpen", asking, true, outcome(Status::not_found), asking, true, Goes::rests},
      {"AskedRejectedOpen", asking, true, rejected(), asking, true, Goes::rests},
      {"AskedUnknownOpen", asking, true, answered_5xx(), asking, true, Goes::rests},
      {"PolledSettled", polling, false, engine::settled(), LegState::settled, true, Goes::ends,
       kCompleted},
      {"PolledPending", polling, false, pending(), polling, true, Goes::rests},
      {"PolledFailed", polling, false, outcome(Status::failed), failed, true, Goes::ends, kFailed},
      {"PolledRejected", polling, false, rejected(), polling, true, Goes::rests},
      {"PolledDiffers", polling, false, outcome(Status::differs), polling, true, Goes::ends},
      {"PolledNotFound", polling, false, outcome(Status::not_found), polling, true, Goes::rests},
      {"PolledUnknown", polling, false, unanswered(), polling, true, Goes::rests},
  };
}

class EveryCell : public testing::TestWithParam<Cell> {};

TEST_P(EveryCell, LeadsWhereItMust) {
  const Cell& cell = GetParam();
  Saga saga = submitting(new_saga(kOneLegPlan), "a");
  saga.legs[0].state = cell.state;
  if (cell.state == LegState::asking) {
    saga.legs[0].attempts.push_back({"a", saga.legs[0].operation_id, "unknown", kStart, {}, {}});
  }
  saga.legs[0].open_until = cell.open ? kStart + minutes(1) : Timestamp{};
  const Step step = cell.state == LegState::submitting
                        ? on_submitted(saga, cell.outcome, at(seconds(10)), Policy{})
                        : on_queried(saga, cell.outcome, at(seconds(10)), Policy{});
  const Leg& leg = step.saga.legs[0];
  EXPECT_EQ(leg.state, cell.to);
  EXPECT_EQ(leg.provider, cell.keeps_provider ? "a" : "");
  EXPECT_EQ(step.saga.status, cell.status);
  EXPECT_EQ(step.rest.has_value(), cell.goes == Goes::rests);
  EXPECT_EQ(step.ended, cell.goes == Goes::ends);
  EXPECT_EQ(step.postings.empty(), cell.to != LegState::settled);
  EXPECT_EQ(!step.transitions.empty(), is_final(cell.status));
  EXPECT_EQ(step.saga.processed_at.has_value(), is_final(cell.status));
  EXPECT_EQ(step.saga.version, saga.version);
  EXPECT_EQ(step.saga.updated_at, kStart + seconds(10));
}

INSTANTIATE_TEST_SUITE_P(SagaMachine, EveryCell, testing::ValuesIn(cells()),
                         [](const auto& cell) { return std::string(cell.param.name); });

TEST(SagaMachine, TheNextActionFollowsFromTheState) {
  Saga saga = new_saga(kOneLegPlan);
  EXPECT_EQ(next_action(saga), Action::choose);
  const std::pair<LegState, Action> table[] = {
      {LegState::submitting, Action::submit}, {LegState::asking, Action::query},
      {LegState::polling, Action::query},     {LegState::settled, Action::stop},
      {LegState::failed, Action::stop},
  };
  for (const auto& [state, action] : table) {
    saga.legs[0].state = state;
    EXPECT_EQ(next_action(saga), action) << to_string(state);
  }
}

TEST(SagaMachine, NothingFollowsAFinalState) {
  for (const std::string_view status : {kCompleted, kFailed, kCancelled}) {
    Saga saga = new_saga(kTwoLegPlan);
    saga.status = status;
    for (const LegState state : {LegState::planned, LegState::submitting, LegState::asking,
                                 LegState::polling, LegState::settled, LegState::failed}) {
      saga.legs[0].state = state;
      EXPECT_EQ(next_action(saga), Action::stop) << status << to_string(state);
    }
  }
}

TEST(SagaMachine, AChoiceIsWrittenDownBeforeAnythingIsSent) {
  const Step step = on_chosen(new_saga(kOneLegPlan), chosen("a"), Money{5, Currency::USD},
                              at(std::chrono::microseconds(1'234'567)), Policy{});
  const Leg& leg = step.saga.legs[0];
  EXPECT_EQ(leg.state, LegState::submitting);
  EXPECT_EQ(leg.provider, "a");
  EXPECT_EQ(leg.requested_at, kStart + milliseconds(1'234)) << "milliseconds are all that is sent";
  EXPECT_EQ(leg.fee, (Money{5, Currency::USD}));
  EXPECT_EQ(step.transitions.at(0).from, kPending);
  EXPECT_EQ(step.transitions.at(0).to, "PROCESSING");
  EXPECT_FALSE(step.rest);
  ASSERT_EQ(leg.decisions.size(), 1U);
  EXPECT_EQ(leg.decisions[0].provider, "a");
}

TEST(SagaMachine, AFeeIsTakenOverOnlyWhereThePlanPricesAtChoice) {
  const Step step = on_chosen(new_saga(kTwoLegPlan), chosen("in"), Money{5, Currency::USD},
                              at(seconds(0)), Policy{});
  EXPECT_EQ(step.saga.legs[0].fee.minor, 0);
}

TEST(SagaMachine, AnUnansweredSubmissionIsFreedOnlyAfterItsGrace) {
  Step step =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), unanswered(), at(seconds(10)), Policy{});
  ASSERT_EQ(step.saga.legs[0].open_until, kStart + seconds(10) + kGrace);
  const Duration nearly = seconds(10) + kGrace - std::chrono::microseconds(1);
  step = on_queried(step.saga, outcome(Status::not_found), at(nearly), Policy{});
  EXPECT_EQ(step.saga.legs[0].provider, "a");
  EXPECT_EQ(step.rest, Duration(1)) << "asked again as soon as the answer can be trusted";
  step = on_queried(step.saga, outcome(Status::not_found), at(seconds(10) + kGrace), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::planned);
  EXPECT_EQ(step.saga.legs[0].provider, "");
  EXPECT_EQ(step.saga.legs[0].avoid, "a");
  EXPECT_EQ(step.saga.legs[0].open_until, Timestamp{});
}

TEST(SagaMachine, AnAnsweredFailureThatIsNotOnRecordIsFreedAtOnce) {
  Step step = on_submitted(submitting(new_saga(kOneLegPlan), "a"), answered_5xx(), at(seconds(10)),
                           Policy{});
  step = on_queried(step.saga, outcome(Status::not_found), at(seconds(10)), Policy{});
  EXPECT_EQ(step.saga.legs[0].state, LegState::planned);
  EXPECT_FALSE(step.rest);
  EXPECT_EQ(step.saga.status, "PROCESSING");
}

TEST(SagaMachine, AnAnsweredFailureDoesNotShortenTheGraceOfAnEarlierOne) {
  Saga saga = submitting(new_saga(kOneLegPlan), "a");
  saga.legs[0].open_until = kStart + minutes(5);
  const Step step = on_submitted(saga, unanswered(), at(seconds(10)), Policy{});
  EXPECT_EQ(step.saga.legs[0].open_until, kStart + minutes(5));
}

TEST(SagaMachine, ProvidersThatAnswerWithFailuresInTurnAreNotAskedWithoutRest) {
  Saga saga = new_saga(kOneLegPlan);
  std::vector<Duration> rests;
  for (int round = 0; round < 5; ++round) {
    saga = submitting(std::move(saga), round % 2 == 0 ? "a" : "b");
    Step step = on_submitted(std::move(saga), answered_5xx(), at(seconds(1)), Policy{});
    step = on_queried(std::move(step.saga), outcome(Status::not_found), at(seconds(1)), Policy{});
    rests.push_back(step.rest.value_or(Duration{0}));
    saga = std::move(step.saga);
  }
  EXPECT_EQ(rests[0], Duration{0}) << "another provider is tried at once, the first time";
  EXPECT_GT(rests[1], Duration{0});
  EXPECT_GT(rests[4], rests[1]);
}

TEST(SagaMachine, AfterALongWaitTheFirstFailureStillGoesOnAtOnce) {
  Saga saga = new_saga(kOneLegPlan);
  for (int round = 0; round < 50; ++round) {
    const Step step = on_chosen(saga, none_of({"a", "b"}), std::nullopt, at(seconds(1)), Policy{});
    ASSERT_LE(*step.rest, milliseconds(1'600));
    saga = step.saga;
  }
  Step step = on_submitted(submitting(saga, "a"), answered_5xx(), at(seconds(1)), Policy{});
  step = on_queried(step.saga, outcome(Status::not_found), at(seconds(1)), Policy{});
  EXPECT_FALSE(step.rest);
  step = on_submitted(submitting(saga, "a"), not_attempted(), at(seconds(1)), Policy{});
  EXPECT_LE(*step.rest, milliseconds(3'200));
}

TEST(SagaMachine, ATransferThatWasAcceptedIsNeverFreed) {
  Saga saga =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), Policy{})
          .saga;
  for (int day = 1; day < 30; ++day) {
    Step step =
        on_queried(saga, outcome(Status::not_found), at(std::chrono::hours(24 * day)), Policy{});
    saga = std::move(step.saga);
    EXPECT_EQ(saga.legs[0].provider, "a");
    EXPECT_EQ(saga.legs[0].state, LegState::polling);
    ASSERT_TRUE(step.rest);
  }
  EXPECT_EQ(saga.parked_reason, kSettlementOverdue) << "somebody has to look";
}

TEST(SagaMachine, OverdueSettlementIsShownButPolledOn) {
  Policy policy;
  policy.settlement_deadline = minutes(30);
  Saga saga =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), policy).saga;
  Step step = on_queried(saga, pending(), at(minutes(30)), policy);
  EXPECT_EQ(step.saga.parked_reason, "");
  EXPECT_EQ(step.rest, policy.poll_interval);
  step = on_queried(step.saga, pending(), at(minutes(31)), policy);
  EXPECT_EQ(step.saga.parked_reason, kSettlementOverdue);
  EXPECT_EQ(step.rest, policy.poll_interval * 4);
  EXPECT_FALSE(step.ended);
  step = on_queried(step.saga, settled(), at(minutes(40)), policy);
  EXPECT_EQ(step.saga.parked_reason, "");
  EXPECT_EQ(step.saga.status, kCompleted);
  EXPECT_EQ(step.saga.legs[0].polls, 3);
}

TEST(SagaMachine, AProviderThatCannotBeAskedForLongIsShown) {
  Saga saga =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), unanswered(), at(seconds(1)), Policy{})
          .saga;
  Step step = on_queried(saga, unanswered(), at(std::chrono::hours(3)), Policy{});
  EXPECT_EQ(step.saga.parked_reason, kSettlementOverdue);
  step = on_queried(step.saga, outcome(Status::not_found), at(std::chrono::hours(3)), Policy{});
  EXPECT_EQ(step.saga.parked_reason, "") << "it goes on by itself again";
}

TEST(SagaMachine, RefusalsForGoodGoFromProviderToProviderUntilNoneIsLeft) {
  Saga saga = submitting(new_saga(kOneLegPlan), "a");
  Step step = on_submitted(saga, rejected("no a"), at(seconds(1)), Policy{});
  EXPECT_EQ(step.saga.legs[0].refused_by, std::vector<std::string>{"a"});
  saga = submitting(step.saga, "b");
  step = on_submitted(saga, rejected("no b"), at(seconds(2)), Policy{});
  step = on_chosen(step.saga, none_of({"a", "b"}), std::nullopt, at(seconds(3)), Policy{});
  EXPECT_EQ(step.saga.status, kFailed);
  EXPECT_EQ(step.saga.error_code, "CHARGE_REJECTED");
  EXPECT_EQ(step.saga.error_message, "no b");
  EXPECT_TRUE(step.ended);
  EXPECT_EQ(step.transitions.at(0).from, "PROCESSING");
}

TEST(SagaMachine, AProviderThatIsOnlyAwayMayStillTakeIt) {
  Step step =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), rejected(), at(seconds(1)), Policy{});
  step = on_chosen(step.saga, none_of({"a", "b"}), std::nullopt, at(seconds(2)), Policy{});
  EXPECT_EQ(step.saga.status, "PROCESSING");
  EXPECT_TRUE(step.rest);
  EXPECT_FALSE(step.ended);
}

TEST(SagaMachine, PassingRefusalsBackOffAndAreParkedInTheEnd) {
  Policy policy;
  policy.max_attempts = 4;
  Saga saga = new_saga(kOneLegPlan);
  Duration last{0};
  for (int attempt = 1; attempt <= 4; ++attempt) {
    const Step step =
        on_submitted(submitting(std::move(saga), "a"), passing(), at(seconds(1)), policy);
    EXPECT_EQ(step.saga.legs[0].avoid, "a");
    EXPECT_EQ(step.ended, attempt == 4);
    if (attempt < 4) {
      EXPECT_GT(*step.rest, last);
      last = *step.rest;
    }
    saga = step.saga;
  }
  EXPECT_EQ(saga.parked_reason, kRefusedTooOften);
  EXPECT_EQ(saga.error_message, "busy");
  EXPECT_FALSE(is_final(saga.status));
}

TEST(SagaMachine, WaitingForAProviderIsNotARefusal) {
  Policy policy;
  policy.max_attempts = 3;
  Saga saga = new_saga(kOneLegPlan);
  for (int round = 0; round < 20; ++round) {
    Step step =
        on_submitted(submitting(std::move(saga), "a"), not_attempted(), at(seconds(1)), policy);
    ASSERT_FALSE(step.ended);
    step = on_chosen(step.saga, none_of({"a"}), std::nullopt, at(seconds(2)), policy);
    ASSERT_FALSE(step.ended);
    step.saga.legs[0].state = LegState::asking;
    step = on_queried(step.saga, unanswered(), at(seconds(3)), policy);
    step = on_queried(step.saga, outcome(Status::not_found), at(seconds(3)), policy);
    saga = std::move(step.saga);
  }
  const Step step = on_submitted(submitting(saga, "a"), passing(), at(seconds(4)), policy);
  EXPECT_FALSE(step.ended) << "it was refused once";
}

TEST(SagaMachine, NotFindingAProviderDoesNotForgetRefusals) {
  Policy policy;
  policy.max_attempts = 8;
  Saga saga = new_saga(kOneLegPlan);
  bool parked = false;
  for (int attempt = 1; attempt <= 8 && !parked; ++attempt) {
    Step step = on_submitted(submitting(std::move(saga), "a"), passing(), at(seconds(1)), policy);
    parked = step.ended;
    EXPECT_EQ(parked, attempt == 8);
    saga = parked ? std::move(step.saga)
                  : on_chosen(step.saga, none_of({"a"}), std::nullopt, at(seconds(2)), policy).saga;
  }
  EXPECT_TRUE(parked);
}

TEST(SagaMachine, ACompletedSagaHasNoErrorFromTheWay) {
  Step step = on_submitted(submitting(new_saga(kOneLegPlan), "a"), rejected("no a"), at(seconds(1)),
                           Policy{});
  step = on_submitted(submitting(step.saga, "b"), settled(), at(seconds(2)), Policy{});
  EXPECT_EQ(step.saga.status, kCompleted);
  EXPECT_EQ(step.saga.error_code, "");
  EXPECT_EQ(step.saga.error_message, "");
}

TEST(SagaMachine, AttemptsAndDecisionsAreBounded) {
  Saga saga = new_saga(kOneLegPlan);
  for (int round = 0; round < 100; ++round) {
    saga = on_submitted(submitting(std::move(saga), "a"), not_attempted(), at(seconds(round)),
                        Policy{})
               .saga;
  }
  EXPECT_EQ(saga.legs[0].attempts.size(), kMaxKept);
  EXPECT_EQ(saga.legs[0].decisions.size(), kMaxKept);
  EXPECT_EQ(saga.legs[0].attempts.back().started_at, kStart + seconds(99));
}

TEST(SagaMachine, BackoffDoublesUpToItsMaximumAndIsJittered) {
  const Policy policy{.backoff_min = milliseconds(200), .backoff_max = seconds(60)};
  EXPECT_EQ(backoff(policy, 0, 1000), milliseconds(200));
  EXPECT_EQ(backoff(policy, 3, 1000), milliseconds(1'600));
  EXPECT_EQ(backoff(policy, 3, 750), milliseconds(1'200));
  for (const std::int64_t many : {20, 63, 64, 1'000'000}) {
    EXPECT_EQ(backoff(policy, many, 1000), seconds(60));
  }
}

}  // namespace
}  // namespace remit::engine
