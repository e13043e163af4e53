// Sagas that are started on acceptance, and choices that a claim makes.

#include <set>

#include "contract/contract_test.hpp"

namespace remit::contract {
namespace {

using engine::Claimed;
using engine::Saga;
using engine::Saved;
using engine::Step;
using payments::charge_plan;
using payments::ChargeAcceptance;

class FirstStepContract : public ContractTest {
 protected:
  payments::ChargeRequest begun_charge(Uuid id, const std::string& provider = "default",
                                       Duration lease = seconds(30)) {
    payments::ChargeRequest request = charge(id);
    Saga saga(tenant());
    saga.bucket = tenant().bucket_of(id);
    saga.id = id;
    saga.plan = &charge_plan();
    saga.amount = request.amount;
    saga.created_at = request.now;
    saga.legs = charge_plan().initial_legs(saga);
    saga.is_traced = false;
    Step step = chosen(std::move(saga), provider);
    step.saga.legs[0].requested_at = Timestamp{};
    request.first = std::make_shared<engine::FirstStep>(engine::FirstStep{
        .step = std::move(step), .owner = owner_, .lease = lease, .lease_id = ids_.next()});
    return request;
  }

  Result<ChargeAcceptance> accept(payments::ChargeRequest request, int index = 0) {
    return run(database(index).run<payments::AcceptCharge>(std::move(request)), index);
  }

  Result<Claimed> claim_and_choose(std::function<Step(Saga, Timestamp)> choose,
                                   std::int64_t limit = 10, Duration overdue = {}) {
    return run(
        database().run<engine::ClaimSagas>(claim_request(std::move(choose), limit, overdue)));
  }

  [[nodiscard]] engine::ClaimRequest claim_request(std::function<Step(Saga, Timestamp)> choose,
                                                   std::int64_t limit = 10, Duration overdue = {}) {
    return {.plan = &charge_plan(),
            .work = work(),
            .has_provider = false,
            .limit = limit,
            .overdue = overdue,
            .owner = owner_,
            .lease = seconds(30),
            .choose = std::move(choose)};
  }
};

TEST_P(FirstStepContract, AChargeIsStoredWithItsProviderHistoryAndLease) {
  const Uuid id = ids_.next();
  const payments::ChargeRequest request = begun_charge(id);
  const ChargeAcceptance accepted = accept(request).value();
  ASSERT_TRUE(accepted.begun);
  EXPECT_EQ(accepted.answer.status, 202);
  const Saga kept = engine::saga_begun(request.first->step, *accepted.begun);
  const payments::Payment shown = payment(id);
  EXPECT_EQ(shown.saga.status, "PROCESSING");
  EXPECT_EQ(shown.saga.version, kept.version);
  EXPECT_EQ(shown.saga.updated_at, accepted.begun->at);
  EXPECT_EQ(shown.saga.legs[0].provider, "default");
  EXPECT_EQ(shown.saga.legs[0].state, engine::LegState::submitting);
  EXPECT_EQ(shown.saga.legs[0].requested_at, kept.legs[0].requested_at)
      << "the same to the millisecond in every reading";
  ASSERT_EQ(shown.history.size(), 1U);
  EXPECT_EQ(shown.history[0].from, "PENDING");
  EXPECT_EQ(shown.history[0].to, "PROCESSING");
  EXPECT_EQ(shown.history[0].at, kept.legs[0].requested_at);
  const Lease lease = backend().lease(id).value();
  EXPECT_EQ(lease.owner, owner_);
  EXPECT_GT(*lease.due_after, seconds(20));
  EXPECT_TRUE(claim(charge_plan(), true).empty());

  ASSERT_EQ(save(settled(kept)), Saved::saved) << "its owner goes on without a claim";
  EXPECT_EQ(payment(id).saga.status, engine::kCompleted);
  EXPECT_EQ(payment(id).saga.legs[0].requested_at, kept.legs[0].requested_at);
}

TEST_P(FirstStepContract, ATakeOverFindsASubmissionThatMayBeInProgress) {
  const Uuid id = ids_.next();
  const payments::ChargeRequest request = begun_charge(id, "default", milliseconds(5));
  const engine::Stored begun = *accept(request).value().begun;
  backend().pass(milliseconds(10));
  const Saga found = claim_one(charge_plan(), true);
  EXPECT_EQ(found.legs[0].state, engine::LegState::submitting);
  EXPECT_EQ(found.legs[0].requested_at, truncate_to_milliseconds(begun.at));
  EXPECT_EQ(save(settled(engine::saga_begun(request.first->step, begun))), Saved::fenced);
}

TEST_P(FirstStepContract, ARepetitionIsNotBegun) {
  const Uuid id = ids_.next();
  ASSERT_TRUE(accept(begun_charge(id)).value().begun);
  const ChargeAcceptance again = accept(begun_charge(id, "fallback"), 1).value();
  EXPECT_TRUE(again.answer.replayed);
  EXPECT_FALSE(again.begun);
  EXPECT_EQ(payment(id).saga.legs[0].provider, "default");
  EXPECT_EQ(payment(id).history.size(), 1U);
  EXPECT_EQ(backend().counts().sagas, 1);
}

TEST_P(FirstStepContract, BegunAndWaitingOnesComeInOneBatch) {
  std::vector<payments::ChargeRequest> requests;
  std::vector<Begun<ChargeAcceptance>> begun;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(i % 2 == 0 ? charge(ids_.next()) : begun_charge(ids_.next()));
    begun.push_back(begin(database().run<payments::AcceptCharge>(requests.back())));
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    EXPECT_EQ(end(begun[i]).value().begun.has_value(), i % 2 == 1);
  }
  EXPECT_EQ(claim().size(), 10U);
  for (const payments::ChargeRequest& request : requests) {
    EXPECT_EQ(payment(request.correlation_id).history.size(), request.first ? 1U : 0U);
  }
}

TEST_P(FirstStepContract, AClaimStoresTheChoiceThatItMakes) {
  const Uuid id = accept_charge();
  const std::int64_t version = backend().lease(id)->version;
  const Claimed claimed = claim_and_choose([](Saga saga, Timestamp now) {
                            return chosen(std::move(saga), "default", now);
                          }).value();
  EXPECT_EQ(claimed.taken, 1);
  ASSERT_EQ(claimed.sagas.size(), 1U);
  const Saga& saga = claimed.sagas[0];
  EXPECT_EQ(saga.version, version + 1);
  EXPECT_EQ(saga.status, "PROCESSING");
  EXPECT_EQ(saga.updated_at, claimed.at);
  const Lease lease = backend().lease(id).value();
  EXPECT_EQ(lease.version, saga.version);
  EXPECT_EQ(lease.owner, owner_);
  const payments::Payment shown = payment(id);
  EXPECT_EQ(shown.history.size(), 1U);
  EXPECT_EQ(shown.saga.legs[0].provider, "default");
  EXPECT_TRUE(claim().empty());
  EXPECT_TRUE(claim(charge_plan(), true).empty()) << "it has a lease";
  EXPECT_EQ(save(settled(saga)), Saved::saved);
}

TEST_P(FirstStepContract, ASagaThatTheChoicePutsToRestIsClaimedAndNotHandedOut) {
  const Uuid rests = accept_charge();
  const Uuid goes_on = accept_charge(2'000);
  const Claimed claimed = claim_and_choose([rests](Saga saga, Timestamp now) {
                            if (saga.id != rests) return chosen(std::move(saga), "default", now);
                            return Step{.saga = std::move(saga), .rest = minutes(5)};
                          }).value();
  EXPECT_EQ(claimed.taken, 2);
  ASSERT_EQ(claimed.sagas.size(), 1U);
  EXPECT_EQ(claimed.sagas[0].id, goes_on);
  const Lease lease = backend().lease(rests).value();
  EXPECT_EQ(lease.owner, std::nullopt);
  EXPECT_GT(*lease.due_after, minutes(4));
}

TEST_P(FirstStepContract, AClaimMayLeaveTheChoiceToTheOwner) {
  const Uuid id = accept_charge();
  const Claimed claimed =
      claim_and_choose([](Saga saga, Timestamp) { return Step{.saga = std::move(saga)}; }).value();
  ASSERT_EQ(claimed.sagas.size(), 1U);
  EXPECT_EQ(claimed.sagas[0].status, engine::kPending);
  EXPECT_EQ(backend().lease(id)->owner, owner_);
  EXPECT_TRUE(payment(id).history.empty());
  EXPECT_EQ(save(chosen(claimed.sagas[0], "default")), Saved::saved);
}

TEST_P(FirstStepContract, OnlyWhatHasBeenDueForSoLongIsClaimed) {
  accept_charge();
  const auto choose = [](Saga saga, Timestamp now) {
    return chosen(std::move(saga), "default", now);
  };
  EXPECT_EQ(claim_and_choose(choose, 10, seconds(60)).value().taken, 0);
  backend().pass(milliseconds(20));
  EXPECT_EQ(claim_and_choose(choose, 10, milliseconds(10)).value().taken, 1);
}

TEST_P(FirstStepContract, OnlyWhatIsReadyIsClaimed) {
  using engine::ReadyBand;
  const Uuid small = accept_charge(500);
  const Uuid large = accept_charge(100'000);
  const auto ids_of_ready = [&](std::vector<ReadyBand> ready) {
    std::set<Uuid> ids;
    const auto choose = [&ids](Saga saga, Timestamp) {
      ids.insert(saga.id);
      return Step{.saga = std::move(saga), .rest = Duration{0}};
    };
    engine::ClaimRequest request = claim_request(choose);
    request.ready = std::move(ready);
    EXPECT_TRUE(run(database().run<engine::ClaimSagas>(std::move(request))));
    return ids;
  };
  using Ids = std::set<Uuid>;
  const Duration never = hours(24 * 36'500);
  EXPECT_EQ(ids_of_ready({{Currency::USD, 0, 1'000'000, {}}}), Ids{}) << "of another currency";
  EXPECT_EQ(ids_of_ready({{Currency::BRL, 0, 499, {}}, {Currency::BRL, 501, 99'999, {}}}), Ids{});
  EXPECT_EQ(ids_of_ready({{Currency::BRL, 0, 1'000'000, never}}), Ids{}) << "too young";
  EXPECT_EQ(ids_of_ready({{Currency::BRL, 500, 500, {}}, {Currency::BRL, 0, 1'000'000, never}}),
            Ids{small});
  EXPECT_EQ(ids_of_ready({{Currency::BRL, 0, 1'000'000, never}}), Ids{small})
      << "it has been looked at before";
  backend().pass(milliseconds(10));
  EXPECT_EQ(ids_of_ready({{Currency::BRL, 0, 1'000'000, milliseconds(5)}}), (Ids{small, large}))
      << "they are old enough";
  EXPECT_EQ(ids_of_ready({}), (Ids{small, large}));
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(FirstStepContract);

}  // namespace
}  // namespace remit::contract
