#include "legs_document.hpp"

#include <gtest/gtest.h>

#include <random>

#include "remit/base/text.hpp"
#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

Leg full_leg() {
  Leg leg;
  leg.operation = providers::OperationKind::refund;
  leg.state = LegState::asking;
  leg.operation_id = id_of(7);
  leg.source = {1'234, Currency::JPY};
  leg.target = {5'678'901, Currency::USDC};
  leg.account = "account";
  leg.fee = {9, Currency::JPY};
  leg.provider = "swift";
  leg.reference = "transfer-1";
  leg.compensates = 3;
  leg.tx_id = "tx";
  leg.requested_at = kStart;
  leg.open_until = kStart + std::chrono::microseconds(1);
  leg.late_effect_window = seconds(60);
  leg.polls = 3;
  leg.refusals = 4;
  leg.waits = 5;
  leg.refused_by = {"a", "b"};
  leg.avoid = "c";
  leg.attempts = {
      {"swift", id_of(8), "unknown", kStart, milliseconds(12), "timeout", "HTTP 404", true},
      {"swift", id_of(9), "settled", kStart, Duration{0}, ""}};
  leg.decisions = {{kStart, "swift", {{"swift", "chosen", 25}, {"b", "circuit_open", {}}}},
                   {kStart, std::nullopt, {}}};
  return leg;
}

void expect_equal(const Leg& a, const Leg& b) {
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.operation_id, b.operation_id);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.fee, b.fee);
  EXPECT_EQ(a.provider, b.provider);
  EXPECT_EQ(a.reference, b.reference);
  EXPECT_EQ(a.compensates, b.compensates);
  EXPECT_EQ(a.tx_id, b.tx_id);
  EXPECT_EQ(a.requested_at, b.requested_at);
  EXPECT_EQ(a.open_until, b.open_until);
  EXPECT_EQ(a.late_effect_window, b.late_effect_window);
  EXPECT_EQ(a.polls, b.polls);
  EXPECT_EQ(a.refusals, b.refusals);
  EXPECT_EQ(a.waits, b.waits);
  EXPECT_EQ(a.refused_by, b.refused_by);
  EXPECT_EQ(a.avoid, b.avoid);
  ASSERT_EQ(a.attempts.size(), b.attempts.size());
  for (std::size_t i = 0; i < a.attempts.size(); ++i) {
    EXPECT_EQ(a.attempts[i].provider, b.attempts[i].provider);
    EXPECT_EQ(a.attempts[i].operation_id, b.attempts[i].operation_id);
    EXPECT_EQ(a.attempts[i].outcome, b.attempts[i].outcome);
    EXPECT_EQ(a.attempts[i].started_at, b.attempts[i].started_at);
    EXPECT_EQ(a.attempts[i].latency, b.attempts[i].latency);
    EXPECT_EQ(a.attempts[i].error, b.attempts[i].error);
    EXPECT_EQ(a.attempts[i].asked, b.attempts[i].asked);
    EXPECT_EQ(a.attempts[i].turned_down, b.attempts[i].turned_down);
  }
  ASSERT_EQ(a.decisions.size(), b.decisions.size());
  for (std::size_t i = 0; i < a.decisions.size(); ++i) {
    EXPECT_EQ(a.decisions[i].at, b.decisions[i].at);
    EXPECT_EQ(a.decisions[i].provider, b.decisions[i].provider);
    ASSERT_EQ(a.decisions[i].reasons.size(), b.decisions[i].reasons.size());
    for (std::size_t j = 0; j < a.decisions[i].reasons.size(); ++j) {
      EXPECT_EQ(a.decisions[i].reasons[j].provider, b.decisions[i].reasons[j].provider);
      EXPECT_EQ(a.decisions[i].reasons[j].verdict, b.decisions[i].reasons[j].verdict);
      EXPECT_EQ(a.decisions[i].reasons[j].cost_minor, b.decisions[i].reasons[j].cost_minor);
    }
  }
}

std::vector<Leg> no_legs(const Saga& /*saga*/) { return {}; }

constexpr SagaPlan kNothingPlanned{
    .kind = "test_nothing", .legs = kTwoLegs, .postings = test_postings, .initial_legs = no_legs};

Saga saga_with(std::vector<Leg> legs, const SagaPlan& plan = kNothingPlanned) {
  Saga saga = new_saga(plan);
  saga.legs = std::move(legs);
  return saga;
}

/// Read from the document, and the columns, that it is written to.
Saga read_again(const Saga& saga) {
  const Step step{.saga = saga};
  const StepColumns columns = columns_after(step, {});
  Saga read = new_saga(*saga.plan);
  read_legs(read, write_legs(saga),
            {.provider = std::string(columns.provider), .submitted_at = columns.submitted_at});
  return read;
}

TEST(LegsDocument, EveryMemberComesBack) {
  for (const SagaPlan* plan : {&kNothingPlanned, &kTwoLegPlan}) {
    for (const LegState state : {LegState::asking, LegState::settled}) {
      std::vector<Leg> legs{full_leg(), Leg{}, full_leg()};
      legs[0].state = state;
      if (state == LegState::settled) legs[0].late_effect_window = {};  // of no more use
      const Saga saga = saga_with(legs, *plan);
      const Saga read = read_again(saga);
      ASSERT_EQ(read.legs.size(), 3U);
      for (std::size_t i = 0; i < 3; ++i) expect_equal(read.legs[i], saga.legs[i]);
    }
  }
}

TEST(LegsDocument, EveryStateAndOperationComesBack) {
  using enum LegState;
  for (const LegState state : {planned, submitting, asking, polling, settled, failed}) {
    for (const auto operation :
         {providers::OperationKind::charge, providers::OperationKind::onramp,
          providers::OperationKind::offramp, providers::OperationKind::refund}) {
      Leg leg;
      leg.state = state;
      leg.operation = operation;
      expect_equal(read_again(saga_with({leg})).legs.at(0), leg);
    }
  }
}

TEST(LegsDocument, AnUntouchedLegIsSmall) {
  EXPECT_EQ(write_legs(new_saga(kOneLegPlan)), "[{}]") << "it follows from its plan";
  EXPECT_LT(write_legs(saga_with(test_legs(new_saga(kOneLegPlan)))).size(), 260U);
}

TEST(LegsDocument, ProvidersMaySayAnything) {
  Leg leg = full_leg();
  leg.reference = "\"quoted\" \\ back\nline \x01";
  leg.attempts[0].error = std::string("nul \0 and \xFF\xC0\xAF bytes", 20);
  const std::string document = write_legs(saga_with({leg}));
  EXPECT_EQ(document.find("\\u0000"), std::string::npos) << "jsonb refuses it";
  const Leg read = read_again(saga_with({leg})).legs.at(0);
  EXPECT_EQ(read.reference, leg.reference);
  EXPECT_EQ(read.attempts[0].error, sanitize_utf8(leg.attempts[0].error));
}

TEST(LegsDocument, AnUnknownDocumentIsADefect) {
  for (const char* text :
       {"", "{", "{}x", "[{}]", "[{\"operation\":\"theft\",\"state\":\"planned\"}]", "[1]"}) {
    Saga saga = saga_with({});
    EXPECT_THROW(read_legs(saga, text, {}), std::exception) << text;
  }
}

TEST(LegsDocument, RandomTextAlwaysMakesARowThatCanBeRead) {
  std::mt19937 random(20'261'120);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 40);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::size_t i = length(random); i > 0; --i) text += static_cast<char>(byte(random));
    Leg leg = full_leg();
    leg.tx_id = text;
    leg.attempts[1].error = text;
    leg.polls = byte(random);
    const Saga saga = saga_with({leg});
    const Saga read = read_again(saga);
    EXPECT_EQ(write_legs(read), write_legs(saga));
    EXPECT_EQ(read.legs[0].tx_id, sanitize_utf8(text));
  }
}

}  // namespace
}  // namespace remit::engine
