#include "contract/contract_test.hpp"
#include "remit/idempotency/key.hpp"
#include "support/tenants.hpp"

namespace remit::contract {
namespace {

using idempotency::Answer;

class ChargeAcceptanceContract : public ContractTest {
 protected:
  Result<Answer> accept(payments::ChargeRequest request, int index = 0) {
    auto accepted = run(database(index).run<payments::AcceptCharge>(std::move(request)), index);
    if (!accepted) return fail(accepted.error());
    return accepted->answer;
  }
};

TEST_P(ChargeAcceptanceContract, AcceptsOnceAndAnswersAgainByteForByte) {
  const Uuid id = ids_.next();
  const Answer first = accept(charge(id)).value();
  EXPECT_EQ(first.status, 202);
  EXPECT_FALSE(first.replayed);
  EXPECT_EQ(first.resource_id, id.to_string());
  EXPECT_EQ(first.location, "/payments/" + id.to_string());
  const Answer again = accept(charge(id, 1'990, seconds(9)), 1).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, first.body) << "with the first's time";
  EXPECT_EQ(backend().counts().sagas, 1);
}

TEST_P(ChargeAcceptanceContract, AClockThatIsAheadMakesNoChargeYoungerThanItIs) {
  const Duration ahead = std::chrono::hours(24 * 365 * 50);
  const Uuid id = ids_.next();
  const Answer told = accept(charge(id, 1'990, ahead)).value();
  const engine::Claimed claimed = try_claim(payments::charge_plan()).value();
  ASSERT_EQ(claimed.sagas.size(), 1U);
  const Timestamp stored = claimed.sagas[0].created_at;
  EXPECT_LE(stored, *claimed.at);
  EXPECT_NE(told.body.find(to_rfc3339(stored)), std::string::npos) << told.body;
  EXPECT_EQ(accept(charge(id, 1'990, ahead), 1).value().body, told.body);
}

TEST_P(ChargeAcceptanceContract, OneOfEqualRequestsAtOnceIsFirst) {
  const Uuid id = ids_.next();
  std::vector<Begun<payments::ChargeAcceptance>> begun;
  for (int i = 0; i < 40; ++i) {
    begun.push_back(begin(database(i % 2).run<payments::AcceptCharge>(charge(id)), i % 2));
  }
  int first = 0;
  for (const auto& one : begun) first += end(one).value().answer.replayed ? 0 : 1;
  EXPECT_EQ(first, 1);
  EXPECT_EQ(backend().counts().sagas, 1);
}

TEST_P(ChargeAcceptanceContract, AnotherAmountUnderTheSameIdIsRefused) {
  const Uuid id = ids_.next();
  const auto first = begin(database().run<payments::AcceptCharge>(charge(id, 100)));
  const auto second = begin(database().run<payments::AcceptCharge>(charge(id, 200)));
  EXPECT_TRUE(end(first));
  EXPECT_EQ(end(second).error().code, idempotency::kKeyReused);
  EXPECT_EQ(accept(charge(id, 300), 1).error().code, idempotency::kKeyReused);
  payments::ChargeRequest euros = charge(id, 100);
  euros.amount.currency = Currency::EUR;
  EXPECT_EQ(accept(euros).error().code, idempotency::kKeyReused);
}

TEST_P(ChargeAcceptanceContract, StrictIsToldWhatTheFirstMade) {
  const Uuid id = ids_.next();
  payments::ChargeRequest strict = charge(id);
  strict.strict = true;
  ASSERT_TRUE(accept(strict));
  const auto again = accept(strict);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, idempotency::kDuplicateRequest);
  EXPECT_NE(again.error().detail.find(id.to_string()), std::string::npos);
}

TEST_P(ChargeAcceptanceContract, TheIdOfAConversionIsTaken) {
  const Uuid taken = accept_conversion("key-0123456789");
  EXPECT_EQ(accept(charge(taken, 100'000)).error().code, idempotency::kKeyReused);
}

TEST_P(ChargeAcceptanceContract, IdsAreEachTenantsOwn) {
  const Uuid id = accept_charge();
  payments::ChargeRequest of_another = charge(id, 5);
  of_another.tenant = kOtherTenant;
  const auto answer = accept(of_another);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->replayed);
  EXPECT_EQ(backend().counts().sagas, 2);
}

TEST_P(ChargeAcceptanceContract, OneThatTheTableRefusesDoesNotFailItsNeighbours) {
  std::vector<Begun<payments::ChargeAcceptance>> begun;
  for (int i = 0; i < 9; ++i) {
    begun.push_back(
        begin(database().run<payments::AcceptCharge>(charge(ids_.next(), i == 5 ? 0 : 7))));
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    const auto answer = end(begun[i]);
    EXPECT_EQ(answer.has_value(), i != 5) << i;
    if (!answer) EXPECT_EQ(answer.error().code, kInternal);
  }
  EXPECT_EQ(backend().counts().sagas, 8);
}

TEST_P(ChargeAcceptanceContract, ASecondUseWaitsForTheFirst) {
  const payments::ChargeRequest request = charge(ids_.next());
  for (const bool commits : {false, true}) {
    auto outsider = backend().outsider();
    outsider->insert_charge(request);
    const auto second = begin(database().run<payments::AcceptCharge>(request));
    until_somebody_waits();
    EXPECT_FALSE(*second);
    if (commits) outsider->commit();
    outsider.reset();
    const auto answer = end(second);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->answer.replayed, commits);
    if (!commits)
      ASSERT_TRUE(run(database().run<payments::PurgeCharges>({tenant(), ids_.next(), kStart})));
  }
}

TEST_P(ChargeAcceptanceContract, ARepeatWaitsForAChangeOfTheFirst) {
  const Uuid id = accept_charge();
  auto outsider = backend().outsider();
  outsider->change_saga(id);
  const auto repeat = begin(database().run<payments::AcceptCharge>(charge(id)));
  until_somebody_waits();
  outsider->commit();
  EXPECT_TRUE(end(repeat).value().answer.replayed);
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(ChargeAcceptanceContract);

}  // namespace
}  // namespace remit::contract
