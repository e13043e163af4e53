#include "remit/engine/saga_operations.hpp"

#include "saga_table_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::engine {
namespace {

class SagaOperationsTest : public SagaTableTest {
 protected:
  void plan_as_lanes_do() {
    query(
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;"
        "SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan");
  }
};

Step choose_step(Saga saga) {
  return on_chosen(std::move(saga), chosen("in"), std::nullopt, at(seconds(1)), Policy{});
}

struct TestTerms final : Terms {
  explicit TestTerms(std::string document) : document_(std::move(document)) {}
  [[nodiscard]] std::string document() const override { return document_; }

 private:
  std::string document_;
};

std::shared_ptr<const Terms> read_test_terms(std::string_view document, Currency /*currency*/) {
  if (document.find("fee") == std::string_view::npos) throw std::runtime_error("no fee");
  return std::make_shared<TestTerms>(std::string(document));
}

constexpr SagaPlan kPlanWithTerms{.kind = "test_terms",
                                  .legs = kTwoLegs,
                                  .postings = test_postings,
                                  .initial_legs = test_legs,
                                  .read_terms = read_test_terms};

TEST_F(SagaOperationsTest, AStoredSagaIsReadBackComplete) {
  Saga saga = new_saga(kPlanWithTerms);
  saga.terms = std::make_shared<TestTerms>(R"({"fee": 7})");
  saga.request_id = "request-1";
  saga.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  insert({saga});
  Saga read = claim_one(kPlanWithTerms);
  EXPECT_EQ(read.tenant, saga.tenant);
  EXPECT_EQ(read.id, saga.id);
  EXPECT_EQ(read.plan, &kPlanWithTerms);
  EXPECT_EQ(read.status, kPending);
  EXPECT_EQ(read.amount, saga.amount);
  ASSERT_NE(read.terms, nullptr);
  EXPECT_EQ(read.terms->document(), R"({"fee": 7})");
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

/// A claim takes a batch from the front of its queue, however long that is: no sort of all that is
/// due.
TEST_F(SagaOperationsTest, EachQueueHasAnIndexInItsOrder) {
  plan_as_lanes_do();
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

// Lanes keep the plan that they make while there is nothing in the table.
TEST_F(SagaOperationsTest, ASagaIsFoundByItsKeyHoweverFewThereAre) {
  plan_as_lanes_do();
  query(
      "PREPARE find (integer[], uuid[]) AS SELECT version FROM saga s JOIN unnest($1, $2) AS "
      "u (tenant_id, saga_id) ON s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id");
  const std::string plan = query("EXPLAIN (FORMAT JSON) EXECUTE find ('{1}', ARRAY['" +
                                 id_of(1).to_string() + "'::uuid])");
  EXPECT_NE(plan.find("saga_pkey"), std::string::npos) << plan;
}

TEST_F(SagaOperationsTest, AStaleStepInTheSameBatchAsAGoodOneIsFencedAllTheSame) {
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

TEST_F(SagaOperationsTest, OneOfTwoStepsFromOneVersionInABatchIsSaved) {
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

TEST_F(SagaOperationsTest, AnUnreadableRowIsParkedAndItsDocumentUnchanged) {
  for (const char* change :
       {"legs = jsonb_set(legs, '{0,state}', '\"frozen\"')",
        "legs = jsonb_set(legs, '{0,operation}', '\"theft\"')",
        "legs = jsonb_set(legs, '{1,operation}', '\"onramp\"')",
        "legs = jsonb_set(legs, '{1,source}', '[5, \"XAU\"]')",
        "legs = jsonb_set(legs, '{0,source}', '[1e300, \"USD\"]')",
        "legs = jsonb_set(legs, '{0,polls}', '1.5')",
        "legs = jsonb_set(legs, '{0,state}', '\"polling\"')", "legs = legs - 1",
        "legs = legs || jsonb_build_array(legs -> 0 || "
        "'{\"operation\": \"refund\", \"compensates\": 7}')",
        "legs = '{}'", "legs = '\"text\"'", "legs = '[7]'", "legs = 'null'", "legs = '[]'",
        "currency = 'XAU'"}) {
    query("DELETE FROM saga");
    insert({new_saga(kTwoLegPlan, id_of(1)), new_saga(kTwoLegPlan, id_of(2))});
    query("UPDATE saga SET " + std::string(change) + " WHERE saga_id = '" + id_of(1).to_string() +
          "'");
    const std::string row = "FROM saga WHERE saga_id = '" + id_of(1).to_string() + "'";
    const std::string before = query("SELECT concat_ws(' ', legs, currency, status) " + row);
    const Claimed claimed = run(lanes_.run<ClaimSagas>({.plan = &kTwoLegPlan,
                                                        .has_provider = false,
                                                        .limit = 10,
                                                        .owner = id_of(9),
                                                        .lease = seconds(30)}));
    ASSERT_EQ(claimed.sagas.size(), 1U) << change;
    EXPECT_EQ(claimed.sagas[0].id, id_of(2));
    ASSERT_EQ(claimed.unreadable.size(), 1U) << change;
    EXPECT_EQ(claimed.unreadable[0].id, id_of(1));
    EXPECT_NE(claimed.unreadable[0].why, "");
    EXPECT_EQ(query("SELECT concat_ws(' ', legs, currency, status) " + row), before);
    EXPECT_EQ(query("SELECT concat_ws(' ', parked_reason, due_at > now() + interval '4 minutes',"
                    " due_at < now() + interval '6 minutes', lease_owner) " +
                    row),
              "UNREADABLE t t");
  }
}

TEST_F(SagaOperationsTest, AnUnreadableRowIsDueAgainAndReportedOnce) {
  insert({new_saga(kTwoLegPlan, id_of(1))});
  query("UPDATE saga SET legs = jsonb_set(legs, '{0,state}', '\"frozen\"')");
  const auto claim = [this] {
    query("UPDATE saga SET due_at = now()");
    return run(lanes_.run<ClaimSagas>({.plan = &kTwoLegPlan,
                                       .has_provider = false,
                                       .limit = 10,
                                       .owner = id_of(9),
                                       .lease = seconds(30)}));
  };
  EXPECT_EQ(claim().unreadable.size(), 1U);
  const std::string since = query("SELECT updated_at FROM saga");
  const Claimed again = claim();
  EXPECT_TRUE(again.unreadable.empty()) << "nor logged each time";
  EXPECT_EQ(again.taken, 1);
  EXPECT_EQ(query("SELECT concat_ws(' ', parked_reason, due_at > now() + interval '4 minutes')"
                  " FROM saga"),
            "UNREADABLE t");
  EXPECT_EQ(query("SELECT updated_at FROM saga"), since);
  query("UPDATE saga SET legs = jsonb_set(legs, '{0,state}', '\"planned\"')");
  const Claimed read = claim();
  ASSERT_EQ(read.sagas.size(), 1U);
  const Step step = on_chosen(read.sagas[0], chosen("in"), std::nullopt, at(seconds(1)), Policy{});
  EXPECT_EQ(step.saga.parked_reason, "") << "an instance that can read it goes on";
}

TEST_F(SagaOperationsTest, NothingWasCreatedAfterItWasStored) {
  Saga ahead = new_saga(kTwoLegPlan, id_of(1));
  ahead.created_at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
                     std::chrono::hours(5);
  for (const bool store_legs : {false, true}) {
    query("DELETE FROM saga");
    run(lanes_.run<InsertAll>({{.saga = ahead, .start_after = {}, .store_legs = store_legs}}));
    EXPECT_EQ(query("SELECT concat_ws(' ', created_at = due_at, created_at = updated_at,"
                    " created_at <= now()) FROM saga"),
              "t t t")
        << "or it would wait for a cheaper provider for so much longer";
  }
}

TEST_F(SagaOperationsTest, LegsThatFollowFromThePlanNeedNotBeStored) {
  run(lanes_.run<InsertAll>(
      {{.saga = new_saga(kTwoLegPlan), .start_after = {}, .store_legs = false}}));
  EXPECT_EQ(query("SELECT legs FROM saga"), "");
  const Saga saga = claim_one();
  EXPECT_EQ(saga.legs.size(), 2U);
  EXPECT_EQ(saga.legs[0].operation_id, id_of(100));
}

TEST_F(SagaOperationsTest, EqualIdsAreOneSaga) {
  Saga twin = new_saga(kTwoLegPlan);
  twin.amount.minor = 5;
  using Keys = std::set<SagaKey>;
  EXPECT_EQ(run(lanes_.run<InsertAll>({{.saga = new_saga(kTwoLegPlan), .start_after = {}},
                                       {.saga = twin, .start_after = {}}})),
            (Keys{{kTenant, id_of(1)}}));
  EXPECT_EQ(
      run(lanes_.run<InsertAll>({{.saga = twin, .start_after = {}},
                                 {.saga = new_saga(kTwoLegPlan, id_of(2)), .start_after = {}}})),
      (Keys{{kTenant, id_of(2)}}));
  Saga of_another = twin;
  of_another.tenant = kOtherTenant;
  EXPECT_EQ(run(lanes_.run<InsertAll>({{.saga = of_another, .start_after = {}}})),
            (Keys{{kOtherTenant, id_of(1)}}));
  EXPECT_EQ(query("SELECT string_agg(amount::text, ',' ORDER BY saga_id, tenant_id) FROM saga"),
            "1000,5,1000");
}

}  // namespace
}  // namespace remit::engine
