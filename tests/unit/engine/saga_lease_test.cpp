// Leases of sagas that were begun together: one entry for all, until all have been written.
#include "saga_table_fixture.hpp"

namespace remit::engine {
namespace {

NewSaga begun(std::uint8_t id) {
  Saga saga = new_saga(kUsualPlan, id_of(id));
  saga.is_traced = false;
  FirstStep first{
      .step = on_chosen(saga, chosen("a"), Money{5, Currency::USD}, at(seconds(1)), Policy{}),
      .owner = id_of(9),
      .lease = seconds(30),
      .lease_id = id_of(static_cast<std::uint8_t>(100 + id))};
  return {.saga = std::move(saga), .first = std::make_shared<FirstStep>(std::move(first))};
}

NewSaga queued(std::uint8_t id) {
  NewSaga entry{.saga = new_saga(kUsualPlan, id_of(id)), .store_legs = false};
  entry.saga.is_traced = false;
  return entry;
}

class SagaLeaseTest : public SagaTableTest {
 protected:
  /// As their owner has them.
  std::vector<Saga> begin(std::vector<NewSaga> entries) {
    std::map<Uuid, Step> steps;
    for (const NewSaga& entry : entries) steps.emplace(entry.saga.id, entry.first->step);
    inserted_ = run(lanes_.run<InsertAll>(std::move(entries)));
    std::vector<Saga> sagas;
    for (const auto& [key, stored] : inserted_) {
      sagas.push_back(saga_begun(steps.at(key.second), stored));
    }
    return sagas;
  }
  Saved finish(const Saga& saga) {
    return save(on_submitted(saga, settled(), at(seconds(2)), Policy{}));
  }
  std::string rows_of(const std::string& table) { return query("SELECT count(*) FROM " + table); }
  std::vector<Saga> claim_ended() { return claim(true, 10, kUsualPlan); }

  Inserted inserted_;
};

TEST_F(SagaLeaseTest, IsOneForAllThatBeginTogether) {
  const std::vector<Saga> sagas = begin({begun(1), begun(2), begun(3)});
  EXPECT_EQ(rows_of("saga_lease"), "1");
  EXPECT_EQ(rows_of("saga_queue"), "0");
  EXPECT_EQ(rows_of("saga_work"), "3");
  const std::shared_ptr<BatchLease> lease = inserted_.begin()->second.lease;
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->size, 3);
  for (const auto& [key, stored] : inserted_) EXPECT_EQ(stored.lease, lease);
  EXPECT_TRUE(claim_ended().empty());
  EXPECT_EQ(finish(sagas[1]), Saved::saved);
  EXPECT_EQ(rows_of("saga_work"), "2");
}

TEST_F(SagaLeaseTest, CountsThoseThatWereNew) {
  begin({begun(1), begun(2)});
  begin({begun(2), begun(3)});
  ASSERT_EQ(inserted_.size(), 1U);
  EXPECT_EQ(inserted_.begin()->second.lease->size, 1);
  begin({begun(1)});
  EXPECT_TRUE(inserted_.empty());
  EXPECT_EQ(rows_of("saga_lease"), "2");
  EXPECT_EQ(rows_of("saga_work"), "3");
}

TEST_F(SagaLeaseTest, EndedLeavesWhatIsLeftToAClaim) {
  const std::vector<Saga> sagas = begin({begun(1), begun(2), begun(3)});
  ASSERT_EQ(finish(sagas[0]), Saved::saved);
  Step rests = on_submitted(sagas[1], unanswered(), at(seconds(2)), Policy{});
  rests.rest = seconds(60);
  ASSERT_EQ(save(rests), Saved::saved);
  query("UPDATE saga_lease SET ends_at = now()");
  const std::vector<Saga> claimed = claim_ended();
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].id, sagas[2].id);
  EXPECT_EQ(rows_of("saga_lease"), "0");
  EXPECT_EQ(rows_of("saga_work"), "2");
  EXPECT_EQ(finish(sagas[2]), Saved::fenced) << "its lease has ended";
  EXPECT_EQ(finish(claimed[0]), Saved::saved);
}

TEST_F(SagaLeaseTest, StaysWhileOneOfThemIsBeingWritten) {
  const std::vector<Saga> sagas = begin({begun(1), begun(2)});
  query("UPDATE saga_lease SET ends_at = now()");
  test::PostgresSession owner(url_);
  owner.query("BEGIN; SELECT 1 FROM saga WHERE saga_id = '" + sagas[0].id.to_string() +
              "' FOR UPDATE");
  EXPECT_EQ(claim_ended().size(), 1U);
  EXPECT_EQ(rows_of("saga_lease"), "1");
  owner.query("ROLLBACK");
  const std::vector<Saga> claimed = claim_ended();
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].id, sagas[0].id);
  EXPECT_EQ(rows_of("saga_lease"), "0");
}

TEST_F(SagaLeaseTest, OnesThatWereRemovedAreInNone) {
  begin({begun(1), begun(2)});
  query("DELETE FROM saga WHERE saga_id = '" + id_of(1).to_string() + "'");
  query("UPDATE saga_lease SET ends_at = now()");
  EXPECT_EQ(claim_ended().size(), 1U);
  EXPECT_EQ(rows_of("saga_lease"), "0");
}

TEST_F(SagaLeaseTest, EndsWithItsOwnersWord) {
  begin({begun(1)});
  BatchLease lease = *inserted_.begin()->second.lease;
  begin({begun(2)});
  run(lanes_.run<EndLease>(std::move(lease)));
  EXPECT_EQ(rows_of("saga_lease"), "1");
  EXPECT_EQ(query("SELECT saga_ids[1] FROM saga_lease"), id_of(2).to_string());
}

TEST_F(SagaLeaseTest, AMixedBatchHasEntriesInTheQueue) {
  run(lanes_.run<InsertAll>({begun(1), queued(2), begun(3)}));
  EXPECT_EQ(rows_of("saga_lease"), "0");
  EXPECT_EQ(query("SELECT count(*) FILTER (WHERE routed) FROM saga_queue"), "2");
  EXPECT_EQ(rows_of("saga_queue"), "3");
}

}  // namespace
}  // namespace remit::engine
