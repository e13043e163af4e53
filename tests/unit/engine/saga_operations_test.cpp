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

constexpr storage::Statement kEntriesRead{
    "test_entries_read", "SELECT pg_stat_get_xact_tuples_returned('saga_queue_pkey'::regclass)"};

/// How many entries of the queue's index a look reads; with some of what this session did before.
struct EntriesReadByLook {
  using Input = LookRequest;
  using Output = std::int64_t;
  static constexpr std::string_view kName = "test_entries_read_by_look";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<EntriesReadByLook>> slots) {
    for (auto& slot : slots) {
      storage::Slot<LookForWork> look{slot.input, WorkSeen{}};
      LookForWork::execute(transaction, {&look, 1});
      slot.output = storage::read_value<std::int64_t>(transaction.execute(kEntriesRead));
    }
  }
};

/// The same of a save.
struct EntriesReadBySave {
  using Input = Step;
  using Output = std::int64_t;
  static constexpr std::string_view kName = "test_entries_read";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<EntriesReadBySave>> slots) {
    for (auto& slot : slots) {
      const StepToSave entry{.step = &slot.input, .lease = seconds(30)};
      if (!save_steps(transaction, {entry}).at(0)) throw std::logic_error("not saved");
      slot.output = storage::read_value<std::int64_t>(transaction.execute(kEntriesRead));
    }
  }
};

Step choose_step(Saga saga) {
  return on_chosen(std::move(saga), chosen("in"), std::nullopt, at(seconds(1)), Policy{});
}

struct TestTerms final : Terms {
  explicit TestTerms(std::string document) : document_(std::move(document)) {}
  [[nodiscard]] std::string document() const override { return document_; }
  [[nodiscard]] std::size_t bytes() const override { return document_.size(); }

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
TEST_F(SagaOperationsTest, TheQueueHasAnIndexInItsOrder) {
  plan_as_lanes_do();
  const std::string plan = query(
      "EXPLAIN (FORMAT JSON) SELECT saga_id FROM saga_queue WHERE bucket = 635 AND kind = 'charge' "
      "AND routed AND tenant_id = 1 AND due_at <= now() ORDER BY due_at LIMIT 10 FOR UPDATE SKIP "
      "LOCKED");
  EXPECT_NE(plan.find("saga_queue_pkey"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("\"Sort\""), std::string::npos) << plan;
}

/// The queue is short when lanes make their plans, and long when they use them.
TEST_F(SagaOperationsTest, ASaveFindsItsEntryByItsKeyThoughTheQueueWasEmpty) {
  query(
      "INSERT INTO saga_queue SELECT 635, 'charge', true, 1, now(), gen_random_uuid() "
      "FROM generate_series(1, 5000)");
  query("DELETE FROM saga_queue");
  query("VACUUM ANALYZE saga_queue");
  insert({new_saga(kTwoLegPlan)});
  const Saga saga = claim_one();
  query(
      "INSERT INTO saga_queue SELECT 635, 'charge', true, 1, now(), gen_random_uuid() "
      "FROM generate_series(1, 5000)");
  EXPECT_LE(run(lanes_.run<EntriesReadBySave>(choose_step(saga))), 10);
}

TEST_F(SagaOperationsTest, ALookPassesOverWhatATenantHasMore) {
  query(
      "INSERT INTO saga_queue SELECT 635, 'test_two', false, 1 + i / 2000, now(), "
      "gen_random_uuid() FROM generate_series(1, 5000) AS i");
  const WorkSeen seen = run(lanes_.run<LookForWork>({.plan = &kTwoLegPlan}));
  ASSERT_EQ(seen.places.size(), 3U);
  for (std::int32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(seen.places[static_cast<std::size_t>(i)].tenant, TenantId(i + 1));
  }
  EXPECT_LE(run(lanes_.run<EntriesReadByLook>({.plan = &kTwoLegPlan})), 10);
}

TEST_F(SagaOperationsTest, OneIsInTheFirstClaimBesideAHundredThousandOfAnotherTenant) {
  query(
      "WITH added AS (INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, amount, currency,"
      " due_at, shelf, created_at, updated_at) SELECT 0, 2, gen_random_uuid(), 'test_two',"
      " 'PENDING', 1000, 'USD', now(), 'PENDING', now(), now() FROM generate_series(1, 100000)"
      " RETURNING *) INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)"
      " SELECT bucket, kind, false, due_at, tenant_id, saga_id FROM added");
  insert({new_saga(kTwoLegPlan)});
  const std::vector<Saga> claimed = claim(false, 128);
  EXPECT_EQ(claimed.size(), 128U);
  EXPECT_EQ(std::ranges::count(claimed, kTenant.id(), &Saga::tenant), 1);
}

// Lanes keep the plan that they make while there is nothing in the table.
TEST_F(SagaOperationsTest, ASagaIsFoundByItsKeyHoweverFewThereAre) {
  plan_as_lanes_do();
  query(
      "PREPARE find (integer[], uuid[]) AS SELECT version FROM saga s JOIN unnest($1, $2) AS "
      "u (tenant_id, saga_id) ON s.tenant_id = u.tenant_id AND s.saga_id = u.saga_id "
      "WHERE s.bucket = 635");
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
       {"legs = jsonb_set(legs::jsonb, '{0,state}', '\"frozen\"')::text",
        "legs = jsonb_set(legs::jsonb, '{0,operation}', '\"theft\"')::text",
        "legs = jsonb_set(legs::jsonb, '{1,operation}', '\"onramp\"')::text",
        "legs = jsonb_set(legs::jsonb, '{1,source}', '[5, \"XAU\"]')::text",
        "legs = jsonb_set(legs::jsonb, '{0,source}', '[1e300, \"USD\"]')::text",
        "legs = jsonb_set(legs::jsonb, '{0,polls}', '1.5')::text",
        "legs = jsonb_set(legs::jsonb, '{0,state}', '\"polling\"')::text",
        "legs = (legs::jsonb - 1)::text",
        "legs = (legs::jsonb || '[{\"operation\": \"refund\", \"compensates\": 7, "
        "\"operation_id\": \"00000000-0000-4000-8000-000000000001\", \"source\": [1, \"USD\"], "
        "\"fee\": [0, \"USD\"]}]')::text",
        "legs = '{}'", "legs = '\"text\"'", "legs = '[7]'", "legs = 'null'", "legs = '[]'",
        "currency = 'XAU'"}) {
    remove_all();
    insert({new_saga(kTwoLegPlan, id_of(1)), new_saga(kTwoLegPlan, id_of(2))});
    query("UPDATE saga SET " + std::string(change) + " WHERE saga_id = '" + id_of(1).to_string() +
          "'");
    const std::string row = "FROM saga WHERE saga_id = '" + id_of(1).to_string() + "'";
    const std::string before = query("SELECT concat_ws(' ', legs, currency, status) " + row);
    const Claimed claimed = claim_all();
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
  query("UPDATE saga SET legs = jsonb_set(legs::jsonb, '{0,state}', '\"frozen\"')::text");
  const auto claim = [this] {
    make_due();
    return claim_all();
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
  query("UPDATE saga SET legs = jsonb_set(legs::jsonb, '{0,state}', '\"planned\"')::text");
  const Claimed read = claim();
  ASSERT_EQ(read.sagas.size(), 1U);
  const Step step = on_chosen(read.sagas[0], chosen("in"), std::nullopt, at(seconds(1)), Policy{});
  EXPECT_EQ(step.saga.parked_reason, "") << "an instance that can read it goes on";
}

Saga saga_in(Bucket bucket, std::uint8_t number) {
  Saga saga = new_saga(kTwoLegPlan, id_of(number));
  saga.bucket = bucket;
  return saga;
}

class ManyBucketsTest : public SagaOperationsTest {
 protected:
  ManyBucketsTest() {
    insert({saga_in(Bucket(1023), 3), saga_in(Bucket(0), 1), saga_in(Bucket(700), 2)});
  }
  Claimed claim_in(std::vector<QueuePlace> places, std::int64_t limit = 10) {
    return run(lanes_.run<ClaimSagas>({.plan = &kTwoLegPlan,
                                       .work = {{.tenant = kTenant, .places = std::move(places)}},
                                       .limit = limit,
                                       .owner = id_of(9),
                                       .lease = seconds(30)}));
  }
};

TEST_F(ManyBucketsTest, ALookSaysWhereThereIsWork) {
  const WorkSeen seen = run(lanes_.run<LookForWork>({.plan = &kTwoLegPlan}));
  ASSERT_EQ(seen.places.size(), 3U);
  const Claimed claimed = claim_all();
  ASSERT_EQ(claimed.sagas.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(claimed.sagas[i].bucket, seen.places[i].bucket);
    EXPECT_EQ(claimed.sagas[i].id, id_of(static_cast<std::uint8_t>(i + 1)));
    EXPECT_LE(seen.places[i].due, seen.at);
  }
}

TEST_F(ManyBucketsTest, AClaimTakesNoMoreThanItMayAndOnlyWhereItIsTold) {
  EXPECT_EQ(claim_all(false, 2).sagas.size(), 2U);
  const Claimed elsewhere = claim_in({{Bucket(5)}, {Bucket(700)}});
  EXPECT_TRUE(elsewhere.sagas.empty());
  EXPECT_TRUE(elsewhere.at);
  EXPECT_EQ(claim_in({{Bucket(5)}, {Bucket(1023)}}).sagas.size(), 1U);
}

TEST_F(ManyBucketsTest, APlaceBeginsWithItsInstant) {
  const Timestamp now = *claim_in({}).at;
  EXPECT_TRUE(claim_in({{Bucket(0), now + seconds(1)}}).sagas.empty());
  EXPECT_EQ(claim_in({{Bucket(0), now - seconds(60)}}).sagas.size(), 1U);
}

TEST_F(ManyBucketsTest, ABatchSavesInEach) {
  std::vector<Step> steps;
  for (Saga& saga : claim()) steps.push_back(choose_step(std::move(saga)));
  EXPECT_EQ(run(lanes_.run<SaveAll>(steps)), std::vector<bool>(3, true));
  EXPECT_EQ(query("SELECT string_agg(concat_ws(' ', q.bucket, q.routed, s.provider), ', ' ORDER BY "
                  "q.bucket) FROM saga_queue q JOIN saga s USING (bucket, saga_id, due_at)"),
            "0 t in, 700 t in, 1023 t in");
  EXPECT_EQ(query("SELECT string_agg(bucket::text, ',' ORDER BY bucket) FROM saga_transition"),
            "0,700,1023");
}

TEST_F(SagaOperationsTest, NothingWasCreatedAfterItWasStored) {
  Saga ahead = new_saga(kTwoLegPlan, id_of(1));
  ahead.created_at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
                     std::chrono::hours(5);
  for (const bool store_legs : {false, true}) {
    remove_all();
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
  using Keys = std::vector<SagaKey>;
  const auto inserted = [this](std::vector<NewSaga> sagas) {
    Keys keys;
    for (const auto& [key, stored] : run(lanes_.run<InsertAll>(std::move(sagas)))) {
      keys.push_back(key);
    }
    return keys;
  };
  EXPECT_EQ(inserted({{.saga = new_saga(kTwoLegPlan), .start_after = {}},
                      {.saga = twin, .start_after = {}}}),
            (Keys{{kTenant, id_of(1)}}));
  EXPECT_EQ(inserted({{.saga = twin, .start_after = {}},
                      {.saga = new_saga(kTwoLegPlan, id_of(2)), .start_after = {}}}),
            (Keys{{kTenant, id_of(2)}}));
  Saga of_another = twin;
  of_another.tenant = kOtherTenant;
  EXPECT_EQ(inserted({{.saga = of_another, .start_after = {}}}), (Keys{{kOtherTenant, id_of(1)}}));
  EXPECT_EQ(query("SELECT string_agg(amount::text, ',' ORDER BY saga_id, tenant_id) FROM saga"),
            "1000,5,1000");
}

}  // namespace
}  // namespace remit::engine
