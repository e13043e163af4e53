#include "contract/contract_test.hpp"

namespace remit::contract {
namespace {

using engine::Saga;
using engine::Saved;
using idempotency::Answer;

class FailureContract : public ContractTest {
 protected:
  /// Connected, so that what is armed meets the commit that is meant.
  void warm_up() {
    static_cast<void>(run(database(kDoubtful).run<routing::ReadHealth>({}), kDoubtful).value());
  }
};

TEST_P(FailureContract, ALostCommitOfOneStatementIsMadeGoodByTheSameAgain) {
  warm_up();
  for (const CommitLoss loss : {CommitLoss::done, CommitLoss::undone}) {
    const payments::ChargeRequest request = charge(ids_.next());
    backend().lose_commit(loss);
    const auto accepted = run(database(kDoubtful).run<payments::AcceptCharge>(request), kDoubtful);
    EXPECT_EQ(accepted.value().answer.replayed, loss == CommitLoss::done);
    EXPECT_TRUE(
        run(database().run<payments::FindPayment>({tenant(), request.correlation_id})).value());
  }
  EXPECT_EQ(backend().counts().sagas, 2);
}

TEST_P(FailureContract, ACommitOfUnknownOutcomeIsLookedUpByItsKey) {
  warm_up();
  for (const CommitLoss loss : {CommitLoss::done, CommitLoss::undone}) {
    const bool is_done = loss == CommitLoss::done;
    payments::NewConversion wanted =
        conversion(std::nullopt, is_done ? "key-of-request-1" : "key-of-request-2");
    backend().lose_commit(loss);
    EXPECT_EQ(
        run(database(kDoubtful).run<payments::AcceptConversion>(wanted), kDoubtful).error().code,
        kOutcomeUnknown);
    const auto kept = run(database().run<payments::FindAnswer>(wanted.request.claim)).value();
    EXPECT_EQ(kept.has_value(), is_done);

    const Answer again =
        run(database(kDoubtful).run<payments::AcceptConversion>(wanted), kDoubtful).value();
    EXPECT_EQ(again.replayed, is_done);
    if (kept) EXPECT_EQ(again.body, kept->body);
  }
  EXPECT_EQ(backend().counts(), (Counts{2, 2, 2, 2}));
}

TEST_P(FailureContract, AStepWhoseCommitIsLostIsSavedOnceAndWhole) {
  warm_up();
  for (const CommitLoss loss : {CommitLoss::done, CommitLoss::undone}) {
    const bool is_done = loss == CommitLoss::done;
    accept_charge();
    engine::Step step = chosen(claim_one(), "default");
    ASSERT_EQ(save(step), Saved::saved);
    ++step.saga.version;
    const Saga saga = step.saga;
    backend().lose_commit(loss);
    const auto saved = run(
        database(kDoubtful).run<engine::SaveStep>({.step = settled(saga), .lease = seconds(30)}),
        kDoubtful);
    // Saved the first time it is fenced by itself the second time.
    EXPECT_EQ(saved.value(), is_done ? Saved::fenced : Saved::saved);
    EXPECT_EQ(backend().lease(saga.id)->version, saga.version + 1);
    EXPECT_EQ(payment(saga.id).history.size(), 2U);
    EXPECT_EQ(backend().postings(saga.id).size(), 2U);
    EXPECT_EQ(save(settled(saga)), Saved::fenced);
    EXPECT_EQ(backend().postings(saga.id).size(), 2U);
  }
}

TEST_P(FailureContract, AllOfABatchShareTheFateOfItsCommit) {
  warm_up();
  std::int64_t sagas = 0;
  for (const CommitLoss loss : {CommitLoss::done, CommitLoss::undone}) {
    std::vector<payments::ChargeRequest> requests;
    std::vector<Begun<payments::ChargeAcceptance>> begun;
    backend().lose_commit(loss);
    for (int i = 0; i < 5; ++i) {
      requests.push_back(charge(ids_.next()));
      begun.push_back(
          begin(database(kDoubtful).run<payments::AcceptCharge>(requests.back()), kDoubtful));
    }
    for (const auto& one : begun)
      EXPECT_EQ(end(one).value().answer.replayed, loss == CommitLoss::done);
    sagas += 5;
    EXPECT_EQ(backend().counts().sagas, sagas);
  }
}

REMIT_HOLDS_FOR_BOTH(FailureContract);

class StoppedContract : public ContractTest {
 protected:
  StoppedContract() : ContractTest(Server::is_stopped) {}
};

TEST_P(StoppedContract, ADatabaseThatIsGoneIsUnavailableAndComesBack) {
  const Uuid id = accept_charge();
  const Saga saga = claim_one();
  backend().stop_database();
  const auto reading = run(database().run<payments::FindPayment>({tenant(), id}));
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, kUnavailable);
  EXPECT_TRUE(reading.error().retry_after);
  const auto writing = run(database().run<payments::AcceptCharge>(charge(ids_.next())));
  ASSERT_FALSE(writing);
  EXPECT_EQ(writing.error().code.status, 503) << "the link that broke may have carried it";
  EXPECT_TRUE(writing.error().retry_after);
  const auto saving =
      run(database().run<engine::SaveStep>({.step = chosen(saga, "default"), .lease = {}}));
  EXPECT_EQ(saving.error().code.status, 503);
  backend().start_database();
  backend().run_until(
      [&] { return run(database().run<payments::FindPayment>({tenant(), id})).has_value(); });
  std::optional<Saved> saved;
  backend().run_until([&] {
    const auto result =
        run(database().run<engine::SaveStep>({.step = chosen(saga, "default"), .lease = {}}));
    if (result) saved = *result;
    return saved.has_value();
  });
  EXPECT_EQ(saved, Saved::saved) << "nothing was done before";
  EXPECT_EQ(backend().counts().sagas, 1) << "what was committed is there";
}

TEST_P(StoppedContract, AnInterruptedStatementIsRunAgainOnANewConnection) {
  const Uuid id = accept_charge();
  static_cast<void>(payment(id));
  backend().stop_database();
  backend().start_database();
  EXPECT_TRUE(run(database().run<payments::FindPayment>({tenant(), id})).value())
      << "the connection was idle: nobody notices";
  EXPECT_TRUE(run(database().run<payments::AcceptCharge>(charge(id))).value().answer.replayed);
}

REMIT_HOLDS_FOR_BOTH(StoppedContract);

}  // namespace
}  // namespace remit::contract
