// Steps that need not be saved before a rest, and two steps that are saved as one.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

Saga polling() {
  return on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), Policy{})
      .saga;
}

/// Its submission was not answered, nor was the first question.
Saga asking() {
  const Saga asked =
      on_submitted(submitting(new_saga(kOneLegPlan), "a"), unanswered(), at(seconds(1)), Policy{})
          .saga;
  return on_queried(asked, outcome(Status::unknown, "timeout"), at(seconds(2)), Policy{}).saga;
}

Step asked(const Saga& saga, const Outcome& answer, Duration when = seconds(3)) {
  return on_queried(saga, answer, at(when), Policy{});
}

TEST(SagaRest, OnlyTheNumberOfQuestionsNeedNotBeSaved) {
  const Saga saga = polling();
  const Step still = asked(saga, pending());
  EXPECT_TRUE(only_counts(saga, still));
  EXPECT_EQ(still.saga.legs[0].polls, saga.legs[0].polls + 1);
  EXPECT_TRUE(only_counts(still.saga, asked(still.saga, pending(), seconds(4))));
  EXPECT_TRUE(only_counts(saga, asked(saga, outcome(Status::not_found))));
  const Saga unknown = asking();
  EXPECT_TRUE(only_counts(unknown, asked(unknown, outcome(Status::unknown, "timeout"))));
  EXPECT_TRUE(only_counts(unknown, asked(unknown, outcome(Status::not_found))))
      << "it may still take effect";
}

TEST(SagaRest, AnythingAPersonOrTheNextOwnerMayNeedIsSaved) {
  struct Case {
    std::string what;
    Saga before;
    Step step;
  };
  const Duration overdue = Policy{}.settlement_deadline + seconds(2);
  Saga seen = polling();
  seen.parked_reason = kSettlementOverdue;
  Saga refunding = polling();
  refunding.error_message = "another's refusal";
  refunding.parked_reason = kRefusedTooOften;
  const std::vector<Case> cases{
      {"settled", polling(), asked(polling(), settled())},
      {"failed", polling(), asked(polling(), outcome(Status::failed, "closed"))},
      {"another amount", polling(), asked(polling(), outcome(Status::differs, "5"))},
      {"a reference", polling(), asked(polling(), pending("another"))},
      {"the first that it settles", asking(), asked(asking(), pending())},
      {"another error", asking(), asked(asking(), outcome(Status::unknown, "HTTP 500"))},
      {"not taken by anybody", asking(), asked(asking(), outcome(Status::not_found), minutes(2))},
      {"shown as overdue", polling(), asked(polling(), pending(), overdue)},
      {"not shown any more", refunding, asked(refunding, pending())},
      {"a submission", submitting(new_saga(kOneLegPlan), "a"),
       on_submitted(submitting(new_saga(kOneLegPlan), "a"), pending(), at(seconds(1)), Policy{})},
      {"no provider to be chosen", new_saga(kOneLegPlan),
       on_chosen(new_saga(kOneLegPlan), none_of({"a"}), std::nullopt, at(seconds(1)), Policy{})},
  };
  for (const Case& one : cases) EXPECT_FALSE(only_counts(one.before, one.step)) << one.what;
  EXPECT_TRUE(only_counts(seen, asked(seen, pending(), overdue))) << "it was shown before";
}

TEST(SagaRest, NothingButCountsIsLeftOut) {
  const Saga saga = polling();
  const std::vector<std::function<void(Step&)>> changes{
      [](Step& step) { step.rest.reset(); },
      [](Step& step) { step.saga.status = "OTHER"; },
      [](Step& step) { step.saga.error_message = "an error"; },
      [](Step& step) { step.saga.is_traced = !step.saga.is_traced; },
      [](Step& step) { step.saga.legs[0].operation_id = id_of(7); },
      [](Step& step) { step.saga.legs[0].open_until = kStart + minutes(1); },
      [](Step& step) { step.saga.legs[0].requested_at = kStart + minutes(1); },
      [](Step& step) { step.saga.legs[0].refusals = 1; },
      [](Step& step) { step.saga.legs[0].state = LegState::submitting; },
      [](Step& step) { step.saga.legs[0].attempts[0].turned_down = true; },
      [](Step& step) { step.saga.legs.pop_back(); },
      [](Step& step) { step.transitions.push_back({"PROCESSING", "PROCESSING", ""}); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Step step = asked(saga, pending());
    ASSERT_TRUE(only_counts(saga, step));
    changes[i](step);
    EXPECT_FALSE(only_counts(saga, step)) << i;
  }
}

TEST(SagaRest, ASettledLegAndTheNextChoiceAreOneStep) {
  Saga before = on_submitted(submitting(new_saga(kTwoLegPlan), "in"), pending("in-1"),
                             at(seconds(1)), Policy{})
                    .saga;
  before.version = 7;
  const Step done = asked(before, settled("onramp-tx"), seconds(2));
  const Step choice = on_chosen(done.saga, chosen("out"), std::nullopt, at(seconds(3)), Policy{});
  const Step both = append(done, choice);
  EXPECT_EQ(both.saga, choice.saga);
  EXPECT_EQ(both.saga.version, 7);
  EXPECT_EQ(next_action(both.saga), Action::submit);
  ASSERT_EQ(both.transitions.size(), 2U);
  EXPECT_EQ(both.transitions[0].from, "ONRAMP_PENDING");
  EXPECT_EQ(both.transitions[1].from, "ONRAMP_COMPLETE");
  EXPECT_EQ(both.transitions[1].to, "OFFRAMP_PENDING");
  EXPECT_EQ(both.postings.size(), done.postings.size());
  EXPECT_FALSE(both.rest);
  EXPECT_FALSE(both.ended);
}

TEST(SagaRest, ASettledLegRestsWhereNoneCanBeChosen) {
  const Step done = asked(submitting(new_saga(kTwoLegPlan), "in"), settled(), seconds(2));
  const Step both =
      append(done, on_chosen(done.saga, none_of({"out"}), std::nullopt, at(seconds(3)), Policy{}));
  EXPECT_EQ(both.saga.status, "ONRAMP_COMPLETE");
  EXPECT_EQ(both.transitions.size(), 1U);
  EXPECT_FALSE(both.postings.empty());
  EXPECT_TRUE(both.rest);
}

TEST(SagaRest, AnotherSagasStepIsNotAppended) {
  const Step done = asked(submitting(new_saga(kTwoLegPlan), "in"), settled(), seconds(2));
  const Step other =
      on_chosen(new_saga(kTwoLegPlan), chosen("in"), std::nullopt, at(seconds(3)), Policy{});
  EXPECT_THROW(static_cast<void>(append(done, other)), std::logic_error);
}

}  // namespace
}  // namespace remit::engine
