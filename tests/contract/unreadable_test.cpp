// Payments whose legs this version cannot read, because a newer one wrote them or they are damaged.

#include <algorithm>

#include "contract/contract_test.hpp"

namespace remit::contract {
namespace {

using engine::Claimed;
using engine::Saga;
using engine::Saved;
using payments::charge_plan;
using payments::conversion_plan;

class UnreadableContract : public ContractTest {
 protected:
  void spoil(Uuid id) {
    const auto outsider = backend().outsider();
    outsider->spoil_legs(id);
    outsider->commit();
  }
  void mend(Uuid id) {
    const auto outsider = backend().outsider();
    outsider->mend_legs(id);
    outsider->commit();
  }
  /// One at a provider, due again.
  Uuid routed_charge() {
    const Uuid id = accept_charge();
    EXPECT_EQ(save(chosen(claim_one(), "default"), 0, milliseconds(1)), Saved::saved);
    backend().pass(milliseconds(2));
    return id;
  }
  Claimed claim_and_choose() {
    return run(database().run<engine::ClaimSagas>(
                   {.plan = &charge_plan(),
                    .work = work(),
                    .has_provider = false,
                    .limit = 10,
                    .owner = owner_,
                    .lease = seconds(30),
                    .choose = [](Saga saga,
                                 Timestamp) { return chosen(std::move(saga), "default"); }}))
        .value();
  }
  void expect_parked(Uuid id, const Claimed& claimed) {
    ASSERT_EQ(claimed.unreadable.size(), 1U);
    EXPECT_EQ(claimed.unreadable[0].id, id);
    EXPECT_NE(claimed.unreadable[0].why, "");
    ASSERT_TRUE(backend().lease(id)->due_after) << "for an instance that can read it";
    EXPECT_GT(*backend().lease(id)->due_after, engine::kUnreadableRest - minutes(1));
    EXPECT_FALSE(backend().lease(id)->owner);
    EXPECT_EQ(payment(id).saga.parked_reason, engine::kUnreadable);
  }
};

TEST_P(UnreadableContract, AClaimParksItAndTakesTheOthers) {
  const Uuid spoilt = accept_charge();
  const Uuid sound = accept_charge();
  spoil(spoilt);
  const Claimed claimed = try_claim(charge_plan()).value();
  expect_parked(spoilt, claimed);
  ASSERT_EQ(claimed.sagas.size(), 1U);
  EXPECT_EQ(claimed.sagas[0].id, sound);
  EXPECT_EQ(claimed.taken, 2) << "both were in the queue";
  EXPECT_TRUE(try_claim(charge_plan()).value().unreadable.empty()) << "it is told of once";
}

TEST_P(UnreadableContract, AClaimOfWhatIsAtAProviderParksItAndTakesTheOthers) {
  const Uuid spoilt = routed_charge();
  const Uuid sound = routed_charge();
  spoil(spoilt);
  const Claimed claimed = try_claim(charge_plan(), true).value();
  expect_parked(spoilt, claimed);
  ASSERT_EQ(claimed.sagas.size(), 1U);
  EXPECT_EQ(claimed.sagas[0].id, sound);
}

TEST_P(UnreadableContract, AClaimThatChoosesParksItAndChoosesForTheOthers) {
  const Uuid spoilt = accept_charge();
  const Uuid sound = accept_charge();
  spoil(spoilt);
  const Claimed claimed = claim_and_choose();
  expect_parked(spoilt, claimed);
  ASSERT_EQ(claimed.sagas.size(), 1U);
  EXPECT_EQ(claimed.sagas[0].id, sound);
  EXPECT_EQ(payment(sound).saga.status, "PROCESSING");
  EXPECT_EQ(payment(spoilt).saga.status, engine::kPending);
}

TEST_P(UnreadableContract, NoOtherKindIsTouched) {
  const Uuid spoilt = accept_conversion("key-0123456789");
  const Uuid sound = accept_charge();
  spoil(spoilt);
  EXPECT_EQ(claim_one(charge_plan()).id, sound);
  const Claimed claimed = try_claim(conversion_plan()).value();
  expect_parked(spoilt, claimed);
  EXPECT_TRUE(claimed.sagas.empty());
}

TEST_P(UnreadableContract, ItIsShownByWhatCanBeRead) {
  const Uuid charged = routed_charge();
  const Uuid converted = accept_conversion("key-0123456789");
  const std::size_t history = payment(charged).history.size();
  spoil(charged);
  spoil(converted);
  const payments::Payment charge = payment(charged);
  EXPECT_NE(charge.saga.unreadable, "");
  EXPECT_TRUE(charge.saga.legs.empty());
  EXPECT_EQ(charge.saga.status, "PROCESSING");
  EXPECT_EQ(charge.saga.amount.minor, 1'990);
  EXPECT_EQ(charge.history.size(), history);
  ASSERT_TRUE(charge.plain);
  EXPECT_EQ(charge.plain->currency, "BRL");
  EXPECT_EQ(charge.plain->provider, "default");
  EXPECT_TRUE(charge.plain->submitted_at);
  const payments::Payment conversion = payment(converted);
  ASSERT_TRUE(conversion.plain && conversion.conversion);
  EXPECT_EQ(conversion.conversion->source_account, "alice");
  const auto listed =
      run(database().run<payments::ListPayments>(payments::ListRequest(tenant()))).value();
  EXPECT_EQ(listed.size(), 2U);
  EXPECT_TRUE(std::ranges::all_of(listed, [](const auto& one) { return one.plain.has_value(); }));
}

TEST_P(UnreadableContract, ItGoesOnFromWhereItWasOnceItCanBeRead) {
  const Uuid id = routed_charge();
  const payments::Payment before = payment(id);
  spoil(id);
  EXPECT_FALSE(engine::retry(payment(id).saga, ids_.next(), kStart)) << "it would be overwritten";
  expect_parked(id, try_claim(charge_plan(), true).value());
  EXPECT_FALSE(engine::retry(payment(id).saga, ids_.next(), kStart));
  EXPECT_FALSE(engine::cancel(payment(id).saga, kStart));
  mend(id);
  const payments::Payment readable = payment(id);
  EXPECT_EQ(readable.saga.parked_reason, engine::kUnreadable);
  ASSERT_EQ(readable.saga.legs.size(), before.saga.legs.size());
  ASSERT_EQ(save(engine::retry(readable.saga, ids_.next(), kStart).value()), Saved::saved)
      << "sooner than by itself";
  const Saga found = claim_one(charge_plan(), true);
  EXPECT_EQ(found.id, id);
  EXPECT_EQ(found.parked_reason, "");
  EXPECT_EQ(found.legs[0].state, before.saga.legs[0].state);
  EXPECT_EQ(found.legs[0].operation_id, before.saga.legs[0].operation_id);
  EXPECT_EQ(payment(id).history.size(), before.history.size());
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(UnreadableContract);

}  // namespace
}  // namespace remit::contract
