// Sagas whose history follows from their row: until when it does, and what is written down when one
// leaves the usual way.
#include "remit/storage/values.hpp"
#include "saga_table_fixture.hpp"

namespace remit::engine {
namespace {

Saga usual_saga() {
  Saga saga = new_saga(kUsualPlan);
  saga.is_traced = false;
  return saga;
}

Saga sent() {
  return on_chosen(usual_saga(), chosen("a"), Money{5, Currency::USD}, at(seconds(1)), Policy{})
      .saga;
}

TEST(SagaUsualWay, IsToBeChosenForAndSettled) {
  const Step chosen_step =
      on_chosen(usual_saga(), chosen("a"), std::nullopt, at(seconds(1)), Policy{});
  EXPECT_FALSE(chosen_step.saga.is_traced);
  EXPECT_FALSE(chosen_step.catches_up);
  const Step done = on_submitted(chosen_step.saga, settled(), at(seconds(2)), Policy{});
  EXPECT_EQ(done.saga.status, kCompleted);
  EXPECT_FALSE(done.saga.is_traced);
  EXPECT_EQ(shelf_of(done.saga), "");
}

TEST(SagaUsualWay, WaitingForAnAnswerOrAProviderDoesNotLeaveIt) {
  const Step rests =
      on_chosen(usual_saga(), none_of({"a"}), std::nullopt, at(seconds(1)), Policy{});
  EXPECT_FALSE(rests.saga.is_traced);
  const Step asks = on_submitted(sent(), unanswered(), at(seconds(2)), Policy{});
  EXPECT_FALSE(asks.saga.is_traced);
  const Step found = on_queried(asks.saga, settled(), at(seconds(3)), Policy{});
  EXPECT_EQ(found.saga.status, kCompleted);
  EXPECT_FALSE(found.saga.is_traced) << "it was recorded as it was sent";
}

TEST(SagaUsualWay, LeavingItCatchesUpOnTheHistory) {
  Outcome recorded_earlier = settled();
  recorded_earlier.recorded_at = kStart - seconds(9);
  const Step asks = on_submitted(sent(), unanswered(), at(seconds(2)), Policy{});
  const Step freed =
      on_submitted(sent(), outcome(Status::rejected, "no"), at(seconds(2)), Policy{});
  for (const Step& step :
       {on_queried(asks.saga, recorded_earlier, at(seconds(3)), Policy{}),
        on_submitted(sent(), outcome(Status::failed, "closed"), at(seconds(2)), Policy{}),
        on_chosen(freed.saga, chosen("b"), std::nullopt, at(seconds(4)), Policy{})}) {
    EXPECT_TRUE(step.saga.is_traced) << step.saga.status;
    ASSERT_TRUE(step.catches_up) << step.saga.status;
    EXPECT_EQ(step.catches_up->at, kStart + seconds(1));
    EXPECT_EQ(step.catches_up->transition.from, kPending);
    EXPECT_EQ(step.catches_up->transition.to, "PROCESSING");
    EXPECT_EQ(step.catches_up->transition.message, "sent");
  }
  const Result<Step> cancelled = cancel(usual_saga(), kStart + seconds(5));
  ASSERT_TRUE(cancelled);
  EXPECT_TRUE(cancelled->saga.is_traced);
  EXPECT_FALSE(cancelled->catches_up) << "nothing had happened";
  EXPECT_EQ(shelf_of(cancelled->saga), kCancelled);
}

TEST(SagaUsualWay, ParkedItStandsOnItsShelf) {
  Saga parked = sent();
  parked.parked_reason = kAmountDiffers;
  EXPECT_EQ(shelf_of(parked), "PROCESSING");
  EXPECT_EQ(shelf_of(new_saga(kTwoLegPlan)), kPending) << "its kind has no usual way";
}

/// How many of the saga's updates in a save leave the indexes alone.
struct HeapOnlyUpdates {
  using Input = Step;
  using Output = std::int64_t;
  static constexpr std::string_view kName = "test_heap_only";
  static void execute(storage::Transaction& transaction, storage::Slots<HeapOnlyUpdates> slots) {
    constexpr storage::Statement kUpdates{
        "test_heap_only", "SELECT pg_stat_get_xact_tuples_hot_updated('saga'::regclass)"};
    for (auto& slot : slots) {
      const StepToSave entry{.step = &slot.input, .lease = seconds(30)};
      if (!save_steps(transaction, {entry}).at(0)) throw std::logic_error("not saved");
      slot.output = storage::read_value<std::int64_t>(transaction.execute(kUpdates));
    }
  }
};

class SagaUsualWayTableTest : public SagaTableTest {
 protected:
  /// Stored with its first step; as its owner has it.
  Saga begin() {
    FirstStep first{.step = on_chosen(usual_saga(), chosen("a"), Money{5, Currency::USD},
                                      at(seconds(1)), Policy{}),
                    .owner = id_of(9),
                    .lease = seconds(30),
                    .lease_id = id_of(90)};
    const Inserted inserted = run(lanes_.run<InsertAll>(
        {{.saga = usual_saga(), .first = std::make_shared<FirstStep>(first)}}));
    return saga_begun(first.step, inserted.begin()->second);
  }
  std::string rows() {
    return query(
        "SELECT concat_ws(' ', (SELECT count(*) FROM saga_transition), (SELECT count(*) FROM "
        "posting), (SELECT count(*) FROM saga_work))");
  }
};

TEST_F(SagaUsualWayTableTest, TheSecondWriteLeavesIndexesAloneAndNothingElseBehind) {
  const Saga saga = begin();
  EXPECT_EQ(rows(), "0 0 1");
  const Step done = on_submitted(saga, settled(), at(seconds(2)), Policy{});
  ASSERT_FALSE(done.postings.empty());
  EXPECT_EQ(run(lanes_.run<HeapOnlyUpdates>(done)), 1);
  EXPECT_EQ(rows(), "0 0 0");
  EXPECT_EQ(query("SELECT concat_ws(' ', status, is_traced, shelf = '') FROM saga"),
            "COMPLETED f t");
}

TEST_F(SagaUsualWayTableTest, AStepThatLeavesItWritesTheWholeHistory) {
  const Saga saga = begin();
  const Step failed =
      on_submitted(saga, outcome(Status::failed, "closed"), at(seconds(2)), Policy{});
  EXPECT_EQ(save(failed), Saved::saved);
  EXPECT_EQ(query("SELECT string_agg(concat_ws(' ', line, from_status, to_status, at = (SELECT "
                  "submitted_at FROM saga)), ', ' ORDER BY step, line) FROM saga_transition"),
            "0 PENDING PROCESSING t, 1 PROCESSING FAILED f");
  EXPECT_EQ(query("SELECT concat_ws(' ', status, is_traced, shelf) FROM saga"), "FAILED t FAILED");
}

}  // namespace
}  // namespace remit::engine
