#include <set>

#include "contract/contract_test.hpp"
#include "remit/payments/charge_operation.hpp"

namespace remit::contract {
namespace {

using engine::Claimed;
using engine::Saga;
using engine::Saved;
using payments::charge_plan;
using payments::conversion_plan;

class ClaimContract : public ContractTest {
 protected:
  static std::set<Uuid> ids_of(const std::vector<Saga>& sagas) {
    std::set<Uuid> ids;
    for (const Saga& saga : sagas) ids.insert(saga.id);
    return ids;
  }
};

TEST_P(ClaimContract, AnAcceptedChargeIsDueAtOnce) {
  const Uuid id = accept_charge();
  const std::int64_t version = backend().lease(id)->version;
  const Saga saga = claim_one();
  EXPECT_EQ(saga.id, id);
  EXPECT_EQ(saga.version, version + 1);
  EXPECT_EQ(saga.plan, &charge_plan());
  EXPECT_EQ(saga.status, engine::kPending);
  EXPECT_EQ(saga.amount, (Money{1'990, Currency::BRL}));
  EXPECT_EQ(saga.created_at, kStart);
  EXPECT_EQ(saga.updated_at, kStart);
  ASSERT_EQ(saga.legs.size(), 1U);
  EXPECT_EQ(saga.legs[0].operation_id, payments::charge_operation(saga.tenant, id));
  const Lease lease = backend().lease(id).value();
  EXPECT_EQ(lease.version, saga.version);
  EXPECT_EQ(lease.owner, owner_);
  EXPECT_GT(*lease.due_after, seconds(20));
  EXPECT_LE(*lease.due_after, seconds(30));
}

TEST_P(ClaimContract, ALeaseKeepsEverybodyElseOutUntilItEnds) {
  accept_charge();
  const Claimed first = try_claim(charge_plan(), false, 10, 0, milliseconds(300)).value();
  ASSERT_EQ(first.sagas.size(), 1U);
  std::optional<Claimed> second;
  backend().run_until([&] {
    const Claimed claimed = try_claim(charge_plan(), false, 10, 1, seconds(30)).value();
    if (!claimed.sagas.empty()) second = claimed;
    return second.has_value();
  });
  EXPECT_GE(*second->at, *first.at + milliseconds(300)) << "not before it ended";
  EXPECT_EQ(second->sagas[0].version, first.sagas[0].version + 1);
  EXPECT_TRUE(claim().empty());
}

TEST_P(ClaimContract, TellsTheTimeAlsoWhenThereIsNothingToClaim) {
  const auto time_told = [this](bool has_provider) {
    const Claimed claimed = try_claim(charge_plan(), has_provider).value();
    EXPECT_TRUE(claimed.sagas.empty());
    return claimed.at.value();
  };
  const Timestamp routed = time_told(true);
  const Timestamp unrouted = time_told(false);
  EXPECT_GE(unrouted, routed);
  EXPECT_LE(unrouted, routed + minutes(5));
  accept_charge();
  const Claimed claimed = try_claim(charge_plan()).value();
  EXPECT_EQ(claimed.sagas.size(), 1U);
  EXPECT_GE(claimed.at.value(), unrouted);
  EXPECT_LE(*claimed.at, unrouted + minutes(5)) << "by the same clock";
}

TEST_P(ClaimContract, KindsAndRoutedOnesAreQueuesOfTheirOwn) {
  const Uuid charged = accept_charge();
  const Uuid converted = accept_conversion("key-0123456789");
  EXPECT_TRUE(claim(charge_plan(), true).empty());
  EXPECT_EQ(ids_of(claim(conversion_plan())), std::set{converted});
  ASSERT_EQ(save(chosen(claim_one(), "default"), 0, milliseconds(1)), Saved::saved);
  backend().pass(milliseconds(2));
  EXPECT_TRUE(claim(charge_plan(), false).empty());
  const Saga routed = claim_one(charge_plan(), true);
  EXPECT_EQ(routed.id, charged);
  EXPECT_EQ(routed.status, "PROCESSING");
  EXPECT_EQ(routed.legs[0].provider, "default");
  EXPECT_EQ(routed.legs[0].state, engine::LegState::submitting);
}

TEST_P(ClaimContract, TheMostOverdueOfABucketComeFirstAndNoMoreThanAsked) {
  for (int i = 0; i < 5; ++i) accept_charge();
  std::vector<Saga> sagas = claim();
  ASSERT_EQ(sagas.size(), 5U);
  std::vector<Uuid> expected;
  for (const std::size_t i : {3U, 0U, 4U, 1U, 2U}) {
    ASSERT_EQ(run(database().run<engine::ReleaseSaga>(sagas[i])).value(), Saved::saved);
    expected.push_back(sagas[i].id);
  }
  EXPECT_TRUE(claim(charge_plan(), false, 0).empty());
  std::vector<Uuid> seen;
  for (const std::int64_t limit : {1, 2, 10}) {
    for (const Saga& saga : claim(charge_plan(), false, limit)) seen.push_back(saga.id);
    EXPECT_EQ(seen.size(), limit == 1 ? 1U : limit == 2 ? 3U : 5U);
  }
  if (tenant().spread() == 1) {
    EXPECT_EQ(seen, expected);
  } else {
    EXPECT_EQ(std::set(seen.begin(), seen.end()), std::set(expected.begin(), expected.end()));
  }
}

/// A look names every place where there is work, and from when on.
TEST_P(ClaimContract, ALookNamesEveryPlaceWithItsFirstInstant) {
  std::set<Uuid> expected;
  for (int i = 0; i < 24; ++i) expected.insert(accept_charge());
  const engine::WorkSeen seen = look();
  EXPECT_GE(seen.places.size(), tenant().spread() == 1 ? 1U : 2U);
  EXPECT_TRUE(look(charge_plan(), true).places.empty());
  std::set<Uuid> found;
  for (const engine::WorkPlace& place : seen.places) {
    EXPECT_EQ(place.tenant, tenant().id());
    EXPECT_LE(place.due, seen.at);
    engine::ClaimRequest request{
        .plan = &charge_plan(),
        .work = {{.tenant = place.tenant, .places = {{.bucket = place.bucket, .from = place.due}}}},
        .limit = 2,
        .owner = owner_,
        .lease = seconds(30)};
    while (true) {
      const Claimed claimed = run(database().run<engine::ClaimSagas>(request)).value();
      for (const Saga& saga : claimed.sagas) {
        EXPECT_TRUE(found.insert(saga.id).second) << "claimed twice";
        EXPECT_EQ(saga.bucket, place.bucket);
      }
      if (claimed.taken < 2) {
        EXPECT_EQ(claimed.exhausted, (std::vector{std::pair(place.tenant, place.bucket)}));
        break;
      }
      EXPECT_TRUE(claimed.exhausted.empty());
    }
  }
  EXPECT_EQ(found, expected);
}

TEST_P(ClaimContract, ManyClaimersShareDueSagasWithoutOverlap) {
  std::set<Uuid> expected;
  for (int i = 0; i < 30; ++i) expected.insert(accept_charge());
  const std::vector<engine::TenantWork> all = work();
  std::vector<Begun<Claimed>> claims;
  for (int i = 0; i < 8; ++i) {
    const int index = i % 2;
    claims.push_back(begin(database(index).run<engine::ClaimSagas>({.plan = &charge_plan(),
                                                                    .work = all,
                                                                    .has_provider = false,
                                                                    .limit = 5,
                                                                    .owner = ids_.next(),
                                                                    .lease = seconds(30)}),
                           index));
  }
  std::set<Uuid> seen;
  for (const auto& begun : claims) {
    for (const Saga& saga : end(begun).value().sagas) {
      EXPECT_TRUE(seen.insert(saga.id).second) << "claimed twice";
    }
  }
  for (const Saga& saga : claim()) EXPECT_TRUE(seen.insert(saga.id).second);
  EXPECT_EQ(seen, expected);
}

TEST_P(ClaimContract, ARowThatAnotherTransactionIsChangingIsSkipped) {
  const Uuid held = accept_charge();
  const Uuid free = accept_charge();
  {
    const auto outsider = backend().outsider();
    outsider->change_saga(held);
    EXPECT_EQ(claim_one().id, free) << "without waiting for the other";
  }
  EXPECT_EQ(claim_one().id, held) << "once it is let go";
}

TEST_P(ClaimContract, AScheduledOneIsNotDueBeforeItsTime) {
  payments::NewConversion later = conversion(std::nullopt, "key-0123456789");
  later.request.execute_at = kStart + hours(2);
  ASSERT_TRUE(run(database().run<payments::AcceptConversion>(later)));
  EXPECT_TRUE(claim(conversion_plan()).empty());
  const Duration due_after = backend().lease(later.payment_id)->due_after.value();
  EXPECT_GT(due_after, hours(2) - minutes(1));
  EXPECT_LE(due_after, hours(2));
}

TEST_P(ClaimContract, AReleasedOneIsDueAtOnceAndItsOldOwnerIsFenced) {
  const Uuid id = accept_charge();
  const Saga saga = claim_one();
  EXPECT_EQ(run(database().run<engine::ReleaseSaga>(saga)).value(), Saved::saved);
  EXPECT_EQ(backend().lease(id)->owner, std::nullopt);
  EXPECT_EQ(save(chosen(saga, "default")), Saved::fenced);
  EXPECT_EQ(run(database().run<engine::ReleaseSaga>(saga)).value(), Saved::fenced);
  EXPECT_EQ(claim_one().version, saga.version + 2);
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(ClaimContract);

}  // namespace
}  // namespace remit::contract
