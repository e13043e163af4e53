// What a claim takes of several tenants: in one bucket, in different ones, and of one that is
// spread over many.

#include <map>

#include "contract/contract_test.hpp"
#include "support/work_found.hpp"

namespace remit::contract {
namespace {

using engine::Claimed;
using engine::Saga;
using engine::TenantWork;
using payments::charge_plan;

class TenantsContract : public ContractTest {
 protected:
  /// Where the others are.
  [[nodiscard]] static std::vector<Tenant> others() {
    return {Tenant(TenantId(20), tenant().home(), 1), kOtherTenant, kWideTenant};
  }
  void accept_of(const Tenant& tenant, int count) {
    std::vector<Begun<payments::ChargeAcceptance>> begun;
    for (int i = 0; i < count; ++i) {
      payments::ChargeRequest request = charge(ids_.next());
      request.tenant = tenant;
      begun.push_back(begin(database().run<payments::AcceptCharge>(std::move(request))));
    }
    for (const auto& one : begun) static_cast<void>(end(one).value());
  }
  Claimed claim_of(std::vector<TenantWork> work, std::int64_t limit) {
    return run(database().run<engine::ClaimSagas>({.plan = &charge_plan(),
                                                   .work = std::move(work),
                                                   .limit = limit,
                                                   .owner = owner_,
                                                   .lease = seconds(30)}))
        .value();
  }
  static std::map<TenantId, int> counted(const Claimed& claimed) {
    std::map<TenantId, int> counts;
    for (const Saga& saga : claimed.sagas) ++counts[saga.tenant];
    return counts;
  }
};

TEST_P(TenantsContract, OneIsInTheFirstClaimHoweverManyOfAnotherAreBeforeIt) {
  for (const Tenant& many : others()) {
    accept_of(many, 300);
    accept_of(tenant(), 1);
    const Claimed first = claim_of(work(), 8);
    EXPECT_EQ(counted(first), (std::map<TenantId, int>{{many, 7}, {tenant(), 1}}));
    while (claim_of(work(), 1'000).taken > 0) {
    }
  }
}

TEST_P(TenantsContract, SharesAreEqualAndTheRestIsForThoseThatHaveMore) {
  const std::vector<Tenant> all = others();
  accept_of(all[0], 20);
  accept_of(all[1], 2);
  accept_of(all[2], 20);
  EXPECT_EQ(counted(claim_of(work(), 12)),
            (std::map<TenantId, int>{{all[0], 5}, {all[1], 2}, {all[2], 5}}));
  EXPECT_EQ(claim_of(work(), 100).sagas.size(), 30U) << "and what is left";
}

TEST_P(TenantsContract, TheFirstDueOfEachTenantComesFirst) {
  const Tenant other = others()[0];
  accept_of(other, 3);
  accept_of(tenant(), 1);
  std::vector<Saga> sagas = claim_of(work(), 10).sagas;
  std::erase_if(sagas, [&](const Saga& saga) { return saga.tenant != other.id(); });
  ASSERT_EQ(sagas.size(), 3U);
  for (const std::size_t i : {2U, 0U, 1U}) {
    ASSERT_EQ(run(database().run<engine::ReleaseSaga>(sagas[i])).value(), engine::Saved::saved);
  }
  for (const std::size_t i : {2U, 0U, 1U}) {
    const Claimed one = claim_of(work(), 1);
    ASSERT_EQ(one.sagas.size(), 1U);
    EXPECT_EQ(one.sagas[0].id, sagas[i].id);
  }
}

TEST_P(TenantsContract, ATenantThatHoldsMuchComesLastAndNoneGetsMoreThanItMay) {
  const Tenant other = others()[0];
  accept_of(other, 20);
  accept_of(tenant(), 20);
  const auto told = [&](std::int64_t held, std::int64_t most) {
    std::vector<TenantWork> all = work();
    for (TenantWork& one : all) {
      if (one.tenant != other.id()) continue;
      one.held = held;
      one.most = most;
    }
    return all;
  };
  EXPECT_EQ(counted(claim_of(told(6, 100), 10)),
            (std::map<TenantId, int>{{other, 2}, {tenant(), 8}}));
  EXPECT_EQ(counted(claim_of(told(0, 3), 10)),
            (std::map<TenantId, int>{{other, 3}, {tenant(), 7}}));
  EXPECT_EQ(counted(claim_of(told(0, 0), 20)), (std::map<TenantId, int>{{tenant(), 5}}));
}

TEST_P(TenantsContract, ALookNamesEachTenant) {
  const std::vector<Tenant> all = others();
  for (const Tenant& one : all) accept_of(one, 1);
  accept_of(tenant(), 1);
  const engine::WorkSeen seen = look();
  ASSERT_EQ(seen.places.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(seen.places, {}, [](const engine::WorkPlace& place) {
    return std::pair(place.bucket, place.tenant);
  }));
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(TenantsContract);

}  // namespace
}  // namespace remit::contract
