#include "remit/engine/total_operations.hpp"

#include "saga_table_fixture.hpp"

namespace remit::engine {
namespace {

constexpr SagaPlan kTotalledPlan{.kind = "test_total",
                                 .legs = kOneLeg,
                                 .postings = test_postings,
                                 .initial_legs = test_legs,
                                 .new_operation_on_retry = false,
                                 .totalled = true};

class TotalOperationsTest : public SagaTableTest {
 protected:
  /// Claimed, its provider chosen and stored.
  Saga sent(std::uint8_t number, const std::string& provider, Duration when,
            const SagaPlan& plan = kTotalledPlan, Money amount = {1'000, Currency::USD}) {
    Saga saga = new_saga(plan, id_of(number));
    saga.amount = amount;
    insert({saga});
    Saga claimed = claim(false, 1, plan).at(0);
    Step step = on_chosen(std::move(claimed), chosen(provider), Money{0, amount.currency}, at(when),
                          Policy{});
    EXPECT_EQ(save(step), Saved::saved);
    ++step.saga.version;
    return step.saga;
  }
  static Step completed(Saga saga) {
    return on_submitted(std::move(saga), settled(), at(seconds(9)), Policy{});
  }
  std::vector<bool> save_all(std::vector<Step> steps) {
    return run(lanes_.run<SaveAll>(std::move(steps)));
  }
  std::int64_t merge(std::int64_t limit = 100) { return run(lanes_.run<MergeTotals>({limit})); }
  std::string deltas() {
    return query(
        "SELECT string_agg(concat_ws(' ', tenant_id, kind, to_char(begins_at, 'HH24:MI:SS.US'), "
        "provider, currency, requests, amount), ', ' ORDER BY begins_at, provider, currency) "
        "FROM saga_total_delta");
  }
  std::string totals() {
    return query(
        "SELECT string_agg(concat_ws(' ', unit, to_char(begins_at, 'DD HH24:MI:SS'), requests, "
        "amount), ', ' ORDER BY unit, begins_at) FROM saga_total");
  }
};

TEST_F(TotalOperationsTest, ABatchAddsARowForEachSecondAndProvider) {
  query("SET timezone = 'UTC'");
  const Money euros{5, Currency::EUR};
  EXPECT_EQ(
      save_all({completed(sent(1, "a", seconds(1))), completed(sent(2, "a", milliseconds(1'999))),
                completed(sent(3, "b", milliseconds(1'500))), completed(sent(4, "a", seconds(2))),
                completed(sent(5, "a", seconds(2), kTotalledPlan, euros))}),
      std::vector<bool>(5, true));
  EXPECT_EQ(deltas(),
            "1 test_total 00:00:01.000000 a USD 2 2000, 1 test_total 00:00:01.000000 b USD 1 1000, "
            "1 test_total 00:00:02.000000 a EUR 1 5, 1 test_total 00:00:02.000000 a USD 1 1000");
}

TEST_F(TotalOperationsTest, OnlyWhatItsPlanWantsCountedIs) {
  save_all({completed(sent(1, "a", seconds(1), kOneLegPlan))});
  EXPECT_EQ(query("SELECT status FROM saga"), kCompleted);
  EXPECT_EQ(deltas(), "");
}

TEST_F(TotalOperationsTest, FencedOrIncompleteStepsAreNotCounted) {
  const Saga saga = sent(1, "a", seconds(1));
  Saga stale = saga;
  --stale.version;
  EXPECT_EQ(save_all({completed(stale), completed(saga), completed(saga)}),
            (std::vector<bool>{false, true, false}));
  EXPECT_EQ(save_all({completed(saga)}), std::vector<bool>{false});
  const Saga failing = sent(2, "a", seconds(1));
  save_all({on_submitted(failing, outcome(Status::failed, "no"), at(seconds(2)), Policy{})});
  EXPECT_EQ(query("SELECT sum(requests) FROM saga_total_delta"), "1");
}

TEST_F(TotalOperationsTest, MergingAddsToEachUnit) {
  query("SET timezone = 'UTC'");
  save_all({completed(sent(1, "a", seconds(1))), completed(sent(2, "a", seconds(61)))});
  save_all({completed(sent(3, "a", seconds(1)))});
  save_all({completed(sent(4, "a", std::chrono::hours(24)))});
  EXPECT_EQ(merge(1), 1);
  EXPECT_EQ(totals(),
            "1 20 00:00:01 1 1000, 60 20 00:00:00 1 1000, 3600 20 00:00:00 1 1000, "
            "86400 20 00:00:00 1 1000");
  EXPECT_EQ(merge(), 3);
  EXPECT_EQ(deltas(), "");
  EXPECT_EQ(totals(),
            "1 20 00:00:01 2 2000, 1 20 00:01:01 1 1000, 1 21 00:00:00 1 1000, "
            "60 20 00:00:00 2 2000, 60 20 00:01:00 1 1000, 60 21 00:00:00 1 1000, "
            "3600 20 00:00:00 3 3000, 3600 21 00:00:00 1 1000, "
            "86400 20 00:00:00 3 3000, 86400 21 00:00:00 1 1000");
  EXPECT_EQ(merge(), 0);
}

TEST_F(TotalOperationsTest, DuringAMergeOthersNeitherMergeNorWait) {
  save_all({completed(sent(1, "a", seconds(1)))});
  query("BEGIN; SELECT 1 FROM saga_total_turn FOR UPDATE");
  EXPECT_EQ(merge(), 0);
  query("COMMIT");
  EXPECT_EQ(merge(), 1);
}

TEST_F(TotalOperationsTest, SavesOfTheSameSecondDoNotWaitForEachOtherOrForAMerge) {
  save_all({completed(sent(1, "a", seconds(1)))});
  const Saga saga = sent(2, "a", seconds(1));
  // Somebody is in the middle of a merge, and of a save.
  query(
      "BEGIN; DELETE FROM saga_total_delta; INSERT INTO saga_total SELECT 0, tenant_id, kind, 1, "
      "begins_at, provider, currency, 1, 1000 FROM (SELECT 1 AS tenant_id, 'test_total'::saga_kind "
      "AS kind, "
      "'2026-11-20T00:00:01Z'::timestamptz AS begins_at, 'a' AS provider, 'USD' AS currency) AS x; "
      "INSERT INTO saga_total_delta (bucket, tenant_id, kind, begins_at, provider, currency, "
      "requests, amount) VALUES (0, 1, 'test_total', '2026-11-20T00:00:01Z', 'a', 'USD', 1, 1000)");
  EXPECT_EQ(save_all({completed(saga)}), std::vector<bool>{true});
  query("COMMIT");
  EXPECT_EQ(query("SELECT (SELECT sum(requests) FROM saga_total_delta) + "
                  "(SELECT sum(requests) FROM saga_total WHERE unit = 1)"),
            "3");
}

}  // namespace
}  // namespace remit::engine
