// A kind that moves money between chains, as a table and nothing else: burned, attested, minted;
// and minted back on the source chain when that cannot be done.
#include <gtest/gtest.h>

#include "remit/engine/saga_machine.hpp"
#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

using providers::OperationKind;

constexpr auto kChain = ProviderKind::chain;

constexpr LegPlan return_leg() {
  return {.operation = OperationKind::return_,
          .provider_kind = kChain,
          .made_by = MadeBy::same,
          .name = "return",
          .submitted_message = "returning",
          .settled_message = "Returned by"};
}
constexpr CompensationPlan kReturn{.leg = return_leg()};
constexpr CompensationPlan kReturnOnRequest{.leg = return_leg(),
                                            .begins = CompensationPlan::Begins::on_request};

constexpr std::array<LegPlan, 3> legs(const CompensationPlan& compensation) {
  return {LegPlan{.operation = OperationKind::burn,
                  .provider_kind = kChain,
                  .name = "burn",
                  .submitted_status = "BURNING",
                  .settled_status = "BURNED",
                  .submitted_message = "burn sent",
                  .settled_message = "burned",
                  .failure_code = "BURN_FAILED",
                  .compensation = &compensation},
          LegPlan{.operation = OperationKind::attest,
                  .provider_kind = kChain,
                  .made_by = MadeBy::ourselves,
                  .name = "attest",
                  .submitted_status = "BURNED",
                  .settled_status = "BURNED",
                  .settled_message = "attested",
                  .failure_code = "ATTESTATION_FAILED"},
          LegPlan{.operation = OperationKind::mint,
                  .provider_kind = kChain,
                  .name = "mint",
                  .submitted_status = "MINTING",
                  .settled_status = "MINTED",
                  .submitted_message = "mint sent",
                  .settled_message = "minted",
                  .failure_code = "MINT_FAILED"}};
}
constexpr std::array kLegs = legs(kReturn);
constexpr std::array kLegsOnRequest = legs(kReturnOnRequest);

constexpr SagaPlan kSettlement{.kind = "test_settlement",
                               .legs = kLegs,
                               .postings = test_postings,
                               .initial_legs = test_legs,
                               .completed_message = "settled"};
constexpr SagaPlan kSettlementOnRequest{.kind = "test_settlement_on_request",
                                        .legs = kLegsOnRequest,
                                        .postings = test_postings,
                                        .initial_legs = test_legs,
                                        .completed_message = "settled"};

/// Burned by a gateway that names no transfer, and attested.
Saga attested(const SagaPlan& plan = kSettlement) {
  Saga saga = on_submitted(submitting(new_saga(plan), "gateway"), settled("0xburn"), at(seconds(1)),
                           Policy{})
                  .saga;
  EXPECT_EQ(next_action(saga), Action::settle);
  return on_settled_here(std::move(saga), at(seconds(2))).saga;
}

Step mint_answered(const Saga& saga, const Outcome& answer) {
  return on_submitted(submitting(saga, "gateway", seconds(3)), answer, at(seconds(4)), Policy{});
}

TEST(SagaChain, TheLastLegLeadsThroughItsOwnStatusToTheEnd) {
  const Step done = mint_answered(attested(), settled("0xmint"));
  ASSERT_EQ(done.transitions.size(), 2U);
  EXPECT_EQ(done.transitions[0].from, "MINTING");
  EXPECT_EQ(done.transitions[0].to, "MINTED");
  EXPECT_EQ(done.transitions[1].from, "MINTED");
  EXPECT_EQ(done.transitions[1].to, kCompleted);
  EXPECT_EQ(done.transitions[1].message, "settled");
  EXPECT_TRUE(done.ended);
}

TEST(SagaChain, ALegOfOurOwnSettlesWithoutAProvider) {
  const Saga saga = attested();
  EXPECT_EQ(saga.legs[1].state, LegState::settled);
  EXPECT_EQ(saga.legs[1].provider, "");
  EXPECT_EQ(saga.status, "BURNED");
  EXPECT_EQ(next_action(saga), Action::choose);
}

TEST(SagaChain, ABurnWithoutAReferenceIsReturned) {
  const Step failed = mint_answered(attested(), outcome(Status::failed, "frozen"));
  EXPECT_EQ(failed.saga.status, kCompensating);
  ASSERT_EQ(failed.saga.legs.size(), 4U);
  EXPECT_EQ(failed.saga.legs[0].reference, "");
  EXPECT_EQ(failed.saga.legs[3].compensates, 0U);
  EXPECT_EQ(failed.saga.legs[3].operation, OperationKind::return_);
  EXPECT_EQ(failed.saga.legs[3].provider, "gateway");
  const Step returned =
      on_submitted(submitting(failed.saga, "gateway"), settled("0xback"), at(seconds(6)), Policy{});
  EXPECT_EQ(returned.saga.status, kFailed);
  EXPECT_EQ(returned.saga.error_code, "COMPENSATED");
  EXPECT_EQ(returned.transitions.at(0).message, "Returned by 0xback");
  EXPECT_EQ(returned.postings, ledger::mirror(test_postings(returned.saga, 0)));
}

TEST(SagaChain, ACompensationOnRequestWaitsForTheRequest) {
  const Step failed =
      mint_answered(attested(kSettlementOnRequest), outcome(Status::failed, "frozen"));
  EXPECT_EQ(failed.saga.status, "MINTING");
  EXPECT_EQ(failed.saga.parked_reason, kCompensationAwaited);
  EXPECT_TRUE(failed.ended);
  EXPECT_EQ(next_action(failed.saga), Action::stop);

  const Result<Step> back = compensate(failed.saga, id_of(90), kStart + seconds(9));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->saga.status, kCompensating);
  EXPECT_EQ(back->saga.parked_reason, "");
  EXPECT_EQ(back->saga.legs.at(3).operation_id, id_of(90));
  EXPECT_EQ(next_action(back->saga), Action::choose);

  const Result<Step> forward = retry(failed.saga, id_of(91), kStart + seconds(9));
  ASSERT_TRUE(forward);
  EXPECT_EQ(forward->saga.status, "BURNED") << "where it was before the leg that failed";
  EXPECT_EQ(forward->saga.legs[2].state, LegState::planned);
  EXPECT_EQ(forward->saga.legs[2].operation_id, id_of(91));
  EXPECT_EQ(forward->saga.legs[0].state, LegState::settled) << "never burned again";
  EXPECT_EQ(next_action(forward->saga), Action::choose);
}

TEST(SagaChain, IsReturnedOnRequestWhileItsMintHasNotBegun) {
  const Saga waiting = attested();
  const Result<Step> back = compensate(waiting, id_of(90), kStart + seconds(9));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->saga.legs[2].state, LegState::failed) << "it never begins";
  EXPECT_EQ(current_leg_index(back->saga), 3U);

  const Saga minting = submitting(waiting, "gateway", seconds(3));
  const Saga done = mint_answered(waiting, settled("0xmint")).saga;
  for (const Saga& saga : {new_saga(kSettlement), minting, done, back->saga}) {
    const Result<Step> refused = compensate(saga, id_of(92), kStart + seconds(9));
    ASSERT_FALSE(refused) << saga.status;
    EXPECT_EQ(refused.error().code, kNotCompensable);
  }
}

}  // namespace
}  // namespace remit::engine
