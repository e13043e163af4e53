#include "contract/contract_test.hpp"

namespace remit::contract {
namespace {

using engine::Saga;
using engine::Saved;
using engine::Step;
using payments::charge_plan;
using payments::conversion_plan;

class SaveContract : public ContractTest {
 protected:
  /// A claimed charge whose choice of a provider is saved.
  Saga submitting() {
    accept_charge();
    Step step = chosen(claim_one(), "default");
    EXPECT_EQ(save(step), Saved::saved);
    ++step.saga.version;
    return step.saga;
  }
  /// The same of a conversion, whose steps write postings.
  Saga converting() {
    accept_conversion("key-0123456789");
    Step step = chosen(claim_one(conversion_plan()), "in");
    EXPECT_EQ(save(step), Saved::saved);
    ++step.saga.version;
    return step.saga;
  }
};

TEST_P(SaveContract, AStepIsStateTransitionAndPostingsTogether) {
  const Saga saga = submitting();
  ASSERT_EQ(save(settled(saga, kStart + seconds(2))), Saved::saved);
  EXPECT_EQ(backend().lease(saga.id)->version, saga.version + 1);
  const payments::Payment after = payment(saga.id);
  EXPECT_EQ(after.saga.status, engine::kCompleted);
  EXPECT_EQ(after.saga.version, saga.version + 1);
  EXPECT_EQ(after.saga.processed_at, kStart + seconds(2));
  EXPECT_EQ(after.saga.updated_at, kStart + seconds(2));
  ASSERT_EQ(after.saga.legs.size(), 1U);
  EXPECT_EQ(after.saga.legs[0].state, engine::LegState::settled);
  EXPECT_EQ(after.saga.legs[0].requested_at, kStart);
  EXPECT_EQ(after.saga.legs[0].fee.minor, 100);
  ASSERT_EQ(after.history.size(), 2U);
  EXPECT_EQ(after.history[0].from, engine::kPending);
  EXPECT_EQ(after.history[0].to, "PROCESSING");
  EXPECT_EQ(after.history[1].from, "PROCESSING");
  EXPECT_EQ(after.history[1].to, engine::kCompleted);
  EXPECT_EQ(after.history[1].at, kStart + seconds(2));
  EXPECT_EQ(backend().postings(saga.id),
            (std::vector<std::string>{
                "1 charge processor:default source_funds 1990 BRL",
                "2 processor_fee fees:processor:default processor:default 100 BRL"}));
}

/// Its history follows from its row until then.
TEST_P(SaveContract, AChargeThatIsSentElsewhereKeepsWhenItWasFirstSent) {
  const Saga saga = submitting();
  providers::Outcome refused;
  refused.status = providers::Outcome::Status::rejected;
  refused.error = "too busy";
  Step step = engine::on_submitted(saga, refused, {.now = kStart + seconds(1), .fresh_id = {}}, {});
  ASSERT_EQ(save(step), Saved::saved);
  ASSERT_EQ(payment(saga.id).history.size(), 1U);
  EXPECT_EQ(payment(saga.id).history[0].at, kStart);
  ++step.saga.version;
  step = chosen(std::move(step.saga), "fallback", kStart + seconds(10));
  ASSERT_EQ(save(step), Saved::saved);
  ++step.saga.version;
  ASSERT_EQ(save(settled(std::move(step.saga), kStart + seconds(20))), Saved::saved);
  const payments::Payment after = payment(saga.id);
  EXPECT_EQ(after.saga.legs[0].provider, "fallback");
  EXPECT_EQ(after.saga.legs[0].requested_at, kStart + seconds(10));
  ASSERT_EQ(after.history.size(), 2U);
  EXPECT_EQ(after.history[0].to, "PROCESSING");
  EXPECT_EQ(after.history[0].at, kStart);
  EXPECT_EQ(after.history[1].to, engine::kCompleted);
  EXPECT_EQ(after.history[1].at, kStart + seconds(20));
  EXPECT_EQ(backend().postings(saga.id),
            (std::vector<std::string>{
                "1 charge processor:fallback source_funds 1990 BRL",
                "2 processor_fee fees:processor:fallback processor:fallback 100 BRL"}));
}

TEST_P(SaveContract, AStepThatCannotBeWhollySavedIsNotSavedAtAll) {
  const Saga saga = converting();
  Step step = settled(saga);
  step.postings.push_back({"charge", "same", "same", {1, Currency::BRL}});  // refused by a check
  const auto refused = run(database().run<engine::SaveStep>({.step = step, .lease = seconds(30)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kInternal);
  EXPECT_EQ(backend().lease(saga.id)->version, saga.version);
  EXPECT_EQ(payment(saga.id).history.size(), 1U);
  EXPECT_TRUE(backend().postings(saga.id).empty());
  EXPECT_EQ(save(settled(saga)), Saved::saved);
}

TEST_P(SaveContract, OneThatCannotBeSavedDoesNotFailItsNeighbours) {
  std::vector<Begun<Saved>> begun;
  for (int i = 0; i < 9; ++i) accept_conversion("key-of-request-" + std::to_string(i));
  for (Saga& saga : claim(conversion_plan())) {
    Step step = chosen(std::move(saga), "in");
    if (begun.size() == 4) step.postings.push_back({"charge", "a", "b", {0, Currency::BRL}});
    begun.push_back(
        begin(database().run<engine::SaveStep>({.step = std::move(step), .lease = seconds(30)})));
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    const auto saved = end(begun[i]);
    EXPECT_EQ(saved.has_value(), i != 4) << i;
    if (saved) EXPECT_EQ(*saved, Saved::saved);
  }
}

TEST_P(SaveContract, AStaleOwnerChangesNothing) {
  const Uuid id = accept_charge();
  const Saga stale = claim_one();
  ASSERT_EQ(run(database(1).run<engine::ReleaseSaga>(stale), 1).value(), Saved::saved);
  const Saga current = claim_one();
  Step late = chosen(stale, "default");
  ++late.saga.version;
  --late.saga.version;
  EXPECT_EQ(save(late), Saved::fenced);
  EXPECT_EQ(run(database().run<engine::ReleaseSaga>(stale)).value(), Saved::fenced);
  EXPECT_EQ(backend().lease(id)->version, current.version);
  EXPECT_TRUE(payment(id).history.empty());
  EXPECT_TRUE(backend().postings(id).empty());
  EXPECT_EQ(save(chosen(current, "default")), Saved::saved);
}

TEST_P(SaveContract, ASavedStepIsNotSavedAgain) {
  const Saga saga = submitting();
  const Step step = settled(saga);
  EXPECT_EQ(save(step), Saved::saved);
  EXPECT_EQ(save(step), Saved::fenced);
  EXPECT_EQ(save(step, 1), Saved::fenced);
  EXPECT_EQ(payment(saga.id).history.size(), 2U);
  EXPECT_EQ(backend().postings(saga.id).size(), 2U);
}

TEST_P(SaveContract, OneOfTwoStepsFromOneVersionIsSaved) {
  const Saga saga = submitting();
  std::vector<Begun<Saved>> begun;
  for (int i = 0; i < 6; ++i) {
    Step step = settled(saga, kStart + seconds(i));
    begun.push_back(
        begin(database(i % 2).run<engine::SaveStep>({.step = step, .lease = seconds(30)}), i % 2));
  }
  int saved = 0;
  for (const auto& one : begun) saved += end(one).value() == Saved::saved ? 1 : 0;
  EXPECT_EQ(saved, 1);
  EXPECT_EQ(backend().lease(saga.id)->version, saga.version + 1);
  EXPECT_EQ(payment(saga.id).history.size(), 2U);
  EXPECT_EQ(backend().postings(saga.id).size(), 2U);
}

TEST_P(SaveContract, RestLeaseAndEndDecideWhenItIsDueAgain) {
  const Uuid id = accept_conversion("key-0123456789");
  Step step = chosen(claim_one(conversion_plan()), "in");
  ASSERT_EQ(save(step, 0, seconds(40)), Saved::saved);
  Lease lease = backend().lease(id).value();
  EXPECT_EQ(lease.owner, owner_) << "goes on: the lease is renewed";
  EXPECT_GT(*lease.due_after, seconds(31));
  EXPECT_LE(*lease.due_after, seconds(40));
  ++step.saga.version;
  step = pending(step.saga, minutes(10));
  ASSERT_EQ(save(step), Saved::saved);
  lease = backend().lease(id).value();
  EXPECT_EQ(lease.owner, std::nullopt) << "rests: nobody's";
  EXPECT_GT(*lease.due_after, minutes(9));
  EXPECT_LE(*lease.due_after, minutes(10));
  ++step.saga.version;
  providers::Outcome failed;
  failed.status = providers::Outcome::Status::failed;
  failed.error = "closed";
  step = engine::on_queried(step.saga, failed, {.now = kStart, .fresh_id = {}}, {});
  ASSERT_EQ(save(step), Saved::saved);
  lease = backend().lease(id).value();
  EXPECT_EQ(lease.owner, std::nullopt);
  EXPECT_EQ(lease.due_after, std::nullopt) << "ended";
  const payments::Payment after = payment(id);
  EXPECT_EQ(after.saga.status, engine::kFailed);
  EXPECT_EQ(after.saga.error_code, "ONRAMP_FAILED");
  EXPECT_EQ(after.saga.error_message, "closed");
}

TEST_P(SaveContract, WhateverAProviderSaysCanBeStored) {
  const Saga saga = submitting();
  providers::Outcome hostile;
  hostile.status = providers::Outcome::Status::failed;
  hostile.error = std::string("a\0b \xFF \"{,}\" \\ '", 15);
  const Step step = engine::on_submitted(saga, hostile, {.now = kStart, .fresh_id = {}}, {});
  EXPECT_EQ(save(step), Saved::saved);
  EXPECT_EQ(payment(saga.id).saga.error_message,
            "a\xEF\xBF\xBD"
            "b \xEF\xBF\xBD \"{,}\" \\ '");
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(SaveContract);

}  // namespace
}  // namespace remit::contract
