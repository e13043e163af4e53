#include "remit/engine/pg_saga_store.hpp"

#include "store_fixture.hpp"

namespace remit::engine {
namespace {

class PgSagaStoreTest : public SagaStoreTest {};

Step choose_step(Saga saga) {
  return on_chosen(std::move(saga), chosen("in"), std::nullopt, at(seconds(1)), Policy{});
}

TEST_F(PgSagaStoreTest, WhatIsStoredComesBackWhole) {
  Saga saga = new_saga(kTwoLegPlan);
  saga.platform_fee.minor = 7;
  saga.rounding.minor = 1;
  saga.request_id = "request-1";
  saga.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  insert({saga});
  Saga read = claim_one();
  EXPECT_EQ(read.tenant, saga.tenant);
  EXPECT_EQ(read.id, saga.id);
  EXPECT_EQ(read.plan, &kTwoLegPlan);
  EXPECT_EQ(read.status, kPending);
  EXPECT_EQ(read.amount, saga.amount);
  EXPECT_EQ(read.platform_fee, saga.platform_fee);
  EXPECT_EQ(read.rounding, saga.rounding);
  EXPECT_EQ(read.request_id, saga.request_id);
  EXPECT_EQ(read.traceparent, saga.traceparent);
  EXPECT_EQ(read.created_at, kStart);
  EXPECT_EQ(read.legs.size(), 2U);

  Step step = on_submitted(submitting(std::move(read), "in"), outcome(Status::failed, "closed"),
                           at(seconds(2)), Policy{});
  ASSERT_EQ(save(std::move(step)), Saved::saved);
  EXPECT_EQ(query("SELECT concat_ws(',', status, error_code, error_message, provider, due_at, "
                  "processed_at = updated_at) FROM saga"),
            "FAILED,ONRAMP_FAILED,closed,t");
}

TEST_F(PgSagaStoreTest, ALeaseKeepsEverybodyElseOutUntilItEnds) {
  insert({new_saga(kTwoLegPlan)});
  const Saga first = claim_one();
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(query("SELECT lease_owner FROM saga"), id_of(9).to_string());
  make_due();
  const Saga second = claim_one();
  EXPECT_EQ(second.version, first.version + 1);
}

TEST_F(PgSagaStoreTest, TheMostOverdueComeFirstAndNoMoreThanAsked) {
  insert({new_saga(kTwoLegPlan, id_of(1)), new_saga(kTwoLegPlan, id_of(2)),
          new_saga(kTwoLegPlan, id_of(3))});
  query("UPDATE saga SET due_at = now() - interval '1 hour' WHERE saga_id = '" +
        id_of(3).to_string() + "'");
  query("UPDATE saga SET due_at = now() + interval '1 hour' WHERE saga_id = '" +
        id_of(2).to_string() + "'");
  const std::vector<Saga> one = claim(false, 1);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].id, id_of(3));
  EXPECT_EQ(claim().size(), 1U) << "the other is not due";
  EXPECT_TRUE(claim(false, 10, kOneLegPlan).empty()) << "another kind's";
}

/// A claim takes a batch from the front of its queue, however long that is: no sort of all that is
/// due.
TEST_F(PgSagaStoreTest, EachQueueHasAnIndexInItsOrder) {
  query("SET enable_seqscan = off");
  for (const auto& [provider, index] :
       {std::pair("IS NULL", "saga_due_unrouted"), std::pair("IS NOT NULL", "saga_due_routed")}) {
    const std::string plan = query(
        "EXPLAIN (FORMAT JSON) SELECT saga_id FROM saga WHERE kind = 'charge' AND due_at <= now() "
        "AND provider " +
        std::string(provider) + " ORDER BY due_at LIMIT 10 FOR UPDATE SKIP LOCKED");
    EXPECT_NE(plan.find(index), std::string::npos) << plan;
    EXPECT_EQ(plan.find("\"Sort\""), std::string::npos) << plan;
  }
}

TEST_F(PgSagaStoreTest, WhatAnotherIsJustClaimingIsPassedOver) {
  insert({new_saga(kTwoLegPlan, id_of(1)), new_saga(kTwoLegPlan, id_of(2))});
  test::PostgresSession other(url_);
  other.query("BEGIN");
  other.query("SELECT 1 FROM saga WHERE saga_id = '" + id_of(1).to_string() + "' FOR UPDATE");
  EXPECT_EQ(claim_one().id, id_of(2)) << "without waiting for the other";
  other.query("ROLLBACK");
  EXPECT_EQ(claim_one().id, id_of(1));
}

TEST_F(PgSagaStoreTest, ASavedChoiceMovesItFromTheUnroutedToTheRouted) {
  insert({new_saga(kTwoLegPlan)});
  EXPECT_TRUE(claim(true).empty());
  ASSERT_EQ(save(choose_step(claim_one())), Saved::saved);
  make_due();
  EXPECT_TRUE(claim(false).empty());
  const Saga routed = claim_one(true);
  EXPECT_EQ(routed.status, "ONRAMP_PENDING");
  EXPECT_EQ(routed.legs[0].provider, "in");
  EXPECT_EQ(routed.legs[0].state, LegState::submitting);
  EXPECT_EQ(routed.legs[0].requested_at, kStart + seconds(1));
}

TEST_F(PgSagaStoreTest, AStepIsStateTransitionAndPostingsTogether) {
  insert({new_saga(kTwoLegPlan)});
  Saga saga = claim_one();
  const std::int64_t version = saga.version;
  ASSERT_EQ(
      save(on_submitted(submitting(std::move(saga), "in"), settled(), at(seconds(1)), Policy{})),
      Saved::saved);
  EXPECT_EQ(query("SELECT status || ' ' || version FROM saga"),
            "ONRAMP_COMPLETE " + std::to_string(version + 1));
  EXPECT_EQ(query("SELECT concat_ws(' ', step, from_status, to_status, message) "
                  "FROM saga_transition"),
            std::to_string(version + 1) + " ONRAMP_PENDING ONRAMP_COMPLETE onramp done");
  EXPECT_EQ(query("SELECT concat_ws(' ', step, line, kind, debit_account, credit_account, amount, "
                  "currency) FROM posting"),
            std::to_string(version + 1) + " 1 move held:0 outside 1000 USD");
}

TEST_F(PgSagaStoreTest, AStepThatCannotBeWhollySavedIsNotSavedAtAll) {
  insert({new_saga(kTwoLegPlan)});
  Saga saga = claim_one();
  Step step = on_submitted(submitting(saga, "in"), settled(), at(seconds(1)), Policy{});
  step.postings.push_back({"move", "same", "same", {1, Currency::USD}});  // refused by a check
  const Result<Saved> refused = test::run(loop_, store_.save({.step = step, .lease = seconds(30)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kInternal);
  EXPECT_EQ(query("SELECT status || ' ' || version FROM saga"),
            "PENDING " + std::to_string(saga.version));
  EXPECT_EQ(query("SELECT count(*) FROM saga_transition"), "0");
  EXPECT_EQ(query("SELECT count(*) FROM posting"), "0");
}

TEST_F(PgSagaStoreTest, AStaleOwnerChangesNothing) {
  insert({new_saga(kTwoLegPlan)});
  const Saga stale = claim_one();
  make_due();
  const Saga current = claim_one();
  const Step late = on_submitted(submitting(stale, "in"), settled(), at(seconds(1)), Policy{});
  EXPECT_EQ(save(late), Saved::fenced);
  EXPECT_EQ(run(store_.release(stale)), Saved::fenced);
  EXPECT_EQ(query("SELECT status || ' ' || version FROM saga"),
            "PENDING " + std::to_string(current.version));
  EXPECT_EQ(query("SELECT count(*) FROM saga_transition"), "0");
  EXPECT_EQ(query("SELECT count(*) FROM posting"), "0");
  EXPECT_EQ(save(choose_step(current)), Saved::saved);
}

TEST_F(PgSagaStoreTest, AStaleStepInTheSameBatchAsAGoodOneIsFencedAllTheSame) {
  insert({new_saga(kTwoLegPlan)});
  const Saga stale = claim_one();
  make_due();
  const Saga current = claim_one();
  const Step late = on_submitted(submitting(stale, "in"), settled(), at(seconds(1)), Policy{});
  for (const bool stale_first : {true, false}) {
    // The good one leaves a trace of its own only the first time.
    std::vector<Step> steps{late, choose_step(current)};
    if (!stale_first) std::swap(steps[0], steps[1]);
    const std::vector<bool> saved = run(lanes_.run<SaveAll>(steps));
    EXPECT_EQ(saved[stale_first ? 0 : 1], false);
    EXPECT_EQ(saved[stale_first ? 1 : 0], stale_first);
  }
  EXPECT_EQ(query("SELECT string_agg(to_status, ',') FROM saga_transition"), "ONRAMP_PENDING");
  EXPECT_EQ(query("SELECT count(*) FROM posting"), "0");
}

TEST_F(PgSagaStoreTest, OfTwoStepsFromOneVersionInABatchOneIsSaved) {
  insert({new_saga(kTwoLegPlan)});
  const Saga saga = claim_one();
  const Step waits = on_chosen(saga, none_of({"in"}), std::nullopt, at(seconds(1)), Policy{});
  const Step cancels = *cancel(saga, kStart + seconds(1));
  const std::vector<bool> saved = run(lanes_.run<SaveAll>({waits, cancels}));
  EXPECT_EQ(saved, (std::vector<bool>{true, false}));
  EXPECT_EQ(query("SELECT status FROM saga"), kPending);
  EXPECT_EQ(query("SELECT count(*) FROM saga_transition"), "0")
      << "a history of what did not happen";
}

TEST_F(PgSagaStoreTest, RestLeaseAndEndDecideWhenItIsDueAgain) {
  insert({new_saga(kTwoLegPlan)});
  Step step = choose_step(claim_one());
  const auto due = [this] {
    return query(
        "SELECT coalesce(round(extract(epoch FROM due_at - now()) / 10)::text, 'never') "
        "|| ' ' || coalesce(lease_owner::text, 'nobody') FROM saga");
  };
  ASSERT_EQ(save(step), Saved::saved);
  EXPECT_EQ(due(), "3 " + id_of(9).to_string()) << "goes on: the lease is renewed";
  ++step.saga.version;
  step = on_submitted(step.saga, pending(), at(seconds(1)), Policy{.poll_interval = minutes(10)});
  ASSERT_EQ(save(step), Saved::saved);
  EXPECT_EQ(due(), "60 nobody");
  ++step.saga.version;
  step = on_queried(step.saga, outcome(Status::failed, "no"), at(seconds(1)), Policy{});
  ASSERT_EQ(save(step), Saved::saved);
  EXPECT_EQ(due(), "never nobody");
}

TEST_F(PgSagaStoreTest, AReleasedSagaIsDueAtOnce) {
  insert({new_saga(kTwoLegPlan)});
  const Saga saga = claim_one();
  EXPECT_EQ(run(store_.release(saga)), Saved::saved);
  EXPECT_EQ(save(choose_step(saga)), Saved::fenced);
  EXPECT_EQ(claim_one().version, saga.version + 2);
}

TEST_F(PgSagaStoreTest, NothingIsStartedBeforeItsTime) {
  run(lanes_.run<InsertAll>({{.saga = new_saga(kTwoLegPlan), .start_after = minutes(10)}}));
  EXPECT_TRUE(claim().empty());
  make_due();
  EXPECT_EQ(claim().size(), 1U);
}

TEST_F(PgSagaStoreTest, LegsThatFollowFromThePlanNeedNotBeStored) {
  run(lanes_.run<InsertAll>(
      {{.saga = new_saga(kTwoLegPlan), .start_after = {}, .store_legs = false}}));
  EXPECT_EQ(query("SELECT legs FROM saga"), "");
  const Saga saga = claim_one();
  EXPECT_EQ(saga.legs.size(), 2U);
  EXPECT_EQ(saga.legs[0].operation_id, id_of(100));
}

TEST_F(PgSagaStoreTest, EqualIdsAreOneSaga) {
  Saga twin = new_saga(kTwoLegPlan);
  twin.amount.minor = 5;
  using Keys = std::set<SagaKey>;
  EXPECT_EQ(run(lanes_.run<InsertAll>({{.saga = new_saga(kTwoLegPlan), .start_after = {}},
                                       {.saga = twin, .start_after = {}}})),
            (Keys{{kDefaultTenant, id_of(1)}}));
  EXPECT_EQ(
      run(lanes_.run<InsertAll>({{.saga = twin, .start_after = {}},
                                 {.saga = new_saga(kTwoLegPlan, id_of(2)), .start_after = {}}})),
      (Keys{{kDefaultTenant, id_of(2)}}));
  Saga of_another = twin;
  of_another.tenant = 2;
  EXPECT_EQ(run(lanes_.run<InsertAll>({{.saga = of_another, .start_after = {}}})),
            (Keys{{2, id_of(1)}}));
  EXPECT_EQ(query("SELECT string_agg(amount::text, ',' ORDER BY saga_id, tenant_id) FROM saga"),
            "1000,5,1000");
}

TEST_F(PgSagaStoreTest, WhoHoldsASagaThatWasRemovedAndMadeAgainIsFenced) {
  insert({new_saga(kTwoLegPlan)});
  const Saga stale = claim_one();
  query("DELETE FROM saga");
  Saga again = new_saga(kTwoLegPlan);
  again.created_at += milliseconds(1);
  insert({again});
  static_cast<void>(claim_one());
  EXPECT_EQ(save(choose_step(stale)), Saved::fenced);
}

TEST_F(PgSagaStoreTest, WhateverAProviderSaysCanBeStored) {
  insert({new_saga(kTwoLegPlan)});
  Outcome hostile = outcome(Status::failed, std::string("a\0b \xFF \"{,}\" \\ '", 15));
  hostile.reference = std::string("\0\xC0", 2);
  Step step = on_submitted(submitting(claim_one(), "in"), hostile, at(seconds(1)), Policy{});
  EXPECT_EQ(save(std::move(step)), Saved::saved);
  EXPECT_EQ(query("SELECT error_message FROM saga"),
            "a\xEF\xBF\xBD"
            "b \xEF\xBF\xBD \"{,}\" \\ '");
}

}  // namespace
}  // namespace remit::engine
