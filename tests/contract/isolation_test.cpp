#include "contract/contract_test.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::contract {
namespace {

using engine::Saga;
using engine::Saved;

class IsolationContract : public ContractTest {};

TEST_P(IsolationContract, UncommittedRowsAreInvisible) {
  const payments::ChargeRequest request = charge(ids_.next());
  const payments::NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  const Uuid quote_id = open_quote();
  auto outsider = backend().outsider();
  outsider->insert_charge(request);
  outsider->insert_key(wanted.request.claim,
                       {.status = 202, .body = "{}", .resource_id = {}, .location = {}});
  outsider->use_quote(quote_id, ids_.next());
  EXPECT_FALSE(
      run(database().run<payments::FindPayment>({tenant(), request.correlation_id})).value());
  EXPECT_TRUE(
      run(database().run<payments::ListPayments>(payments::ListRequest(tenant()))).value().empty());
  EXPECT_TRUE(claim().empty());
  EXPECT_FALSE(run(database().run<payments::FindAnswer>(wanted.request.claim)).value());
  EXPECT_FALSE(run(database().run<quotes::FindQuote>({tenant(), quote_id})).value()->payment_id);
  outsider->commit();
  EXPECT_EQ(claim_one().id, request.correlation_id);
  EXPECT_TRUE(run(database().run<payments::FindAnswer>(wanted.request.claim)).value());
  EXPECT_TRUE(run(database().run<quotes::FindQuote>({tenant(), quote_id})).value()->payment_id);
}

TEST_P(IsolationContract, ARollbackLeavesNoTrace) {
  const payments::ChargeRequest request = charge(ids_.next());
  const Uuid held = accept_charge();
  const std::int64_t version = backend().lease(held)->version;
  {
    const auto outsider = backend().outsider();
    outsider->insert_charge(request);
    outsider->change_saga(held);
  }
  EXPECT_FALSE(
      run(database().run<payments::FindPayment>({tenant(), request.correlation_id})).value());
  EXPECT_EQ(backend().lease(held)->version, version);
  EXPECT_EQ(claim_one().id, held);
}

TEST_P(IsolationContract, AWaitingUpdateLooksAgainAtWhatItWaitedFor) {
  for (const bool commits : {true, false}) {
    const Uuid id = accept_charge();
    const Saga saga = claim_one();
    auto outsider = backend().outsider();
    outsider->change_saga(id);
    const auto saving = begin(
        database().run<engine::SaveStep>({.step = chosen(saga, "default"), .lease = seconds(30)}));
    until_somebody_waits();
    EXPECT_FALSE(*saving);
    if (commits) outsider->commit();
    outsider.reset();
    EXPECT_EQ(end(saving).value(), commits ? Saved::fenced : Saved::saved);
    EXPECT_EQ(payment(id).history.size(), commits ? 0U : 1U);
  }
}

TEST_P(IsolationContract, AnUpdateThatDoesNotMatchDoesNotWait) {
  const Uuid id = accept_charge();
  const Saga stale = claim_one();
  ASSERT_EQ(run(database().run<engine::ReleaseSaga>(stale)).value(), Saved::saved);
  const auto outsider = backend().outsider();
  outsider->change_saga(id);
  EXPECT_EQ(save(chosen(stale, "default")), Saved::fenced);
  EXPECT_EQ(run(database().run<engine::ReleaseSaga>(stale)).value(), Saved::fenced);
}

TEST_P(IsolationContract, SkippedRowsAreNotLocked) {
  const Uuid id = accept_charge();
  const Saga saga = claim_one();
  auto outsider = backend().outsider();
  outsider->change_saga(id);
  const auto first = begin(
      database().run<engine::SaveStep>({.step = chosen(saga, "default"), .lease = seconds(30)}));
  const auto second = begin(
      database(1).run<engine::SaveStep>({.step = chosen(saga, "other"), .lease = seconds(30)}), 1);
  until_somebody_waits();
  outsider.reset();
  const bool first_won = end(first).value() == Saved::saved;
  EXPECT_EQ(end(second).value() == Saved::saved, !first_won) << "one of them";
}

TEST_P(IsolationContract, AWaitForALockEnds) {
  const Uuid held = accept_charge();
  accept_charge();
  std::vector<Saga> sagas = claim();
  const auto outsider = backend().outsider();
  outsider->change_saga(held);
  std::vector<Begun<Saved>> begun;
  for (Saga& saga : sagas) {
    const bool is_held = saga.id == held;
    engine::Step step = chosen(std::move(saga), "default");
    begun.push_back(
        begin(database().run<engine::SaveStep>({.step = std::move(step), .lease = seconds(30)})));
    if (!is_held) continue;
    until_somebody_waits();
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    const auto saved = end(begun[i]);
    if (saved) {
      EXPECT_EQ(*saved, Saved::saved) << "the neighbour's";
    } else {
      EXPECT_EQ(saved.error().code, kRequestInProgress);
      EXPECT_TRUE(saved.error().retry_after);
    }
  }
  EXPECT_TRUE(payment(held).history.empty());
}

TEST_P(IsolationContract, ADeadlockEndsWithOneRetry) {
  accept_charge();
  accept_charge();
  const std::vector<Saga> sagas = claim();
  ASSERT_EQ(sagas.size(), 2U);
  auto outsider = backend().outsider();
  outsider->change_saga(sagas[1].id);
  std::vector<Begun<Saved>> begun;
  for (const Saga& saga : sagas) {
    begun.push_back(begin(
        database().run<engine::SaveStep>({.step = chosen(saga, "default"), .lease = seconds(30)})));
  }
  until_somebody_waits();
  outsider->change_saga_at_last(sagas[0].id);  // which the batch holds until it gives way
  outsider.reset();
  for (const auto& one : begun) EXPECT_EQ(end(one).value(), Saved::saved);
  for (const Saga& saga : sagas) EXPECT_EQ(payment(saga.id).history.size(), 1U);
}

TEST_P(IsolationContract, APurgeWaitsForWritersAndWritersForAPurge) {
  const Uuid id = accept_charge();
  auto outsider = backend().outsider();
  outsider->change_saga(id);
  const auto purge = begin(database().run<payments::PurgeCharges>({tenant(), ids_.next(), kStart}));
  until_somebody_waits();
  const auto accepting = begin(database(1).run<payments::AcceptCharge>(charge(ids_.next())), 1);
  EXPECT_TRUE(run(database(1).run<payments::FindPayment>({tenant(), id}), 1).value())
      << "readers do not wait";
  EXPECT_FALSE(*purge);
  EXPECT_FALSE(*accepting) << "behind the purge";
  outsider->commit();
  outsider.reset();
  EXPECT_EQ(end(purge).value(), 1);
  EXPECT_FALSE(end(accepting).value().answer.replayed);
  EXPECT_EQ(backend().counts().sagas, 1);
}

REMIT_HOLDS_FOR_BOTH(IsolationContract);

}  // namespace
}  // namespace remit::contract
