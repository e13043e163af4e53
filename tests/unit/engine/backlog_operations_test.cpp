#include "remit/engine/backlog_operations.hpp"

#include "saga_table_fixture.hpp"

namespace remit::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class BacklogOperationsTest : public SagaTableTest {
 protected:
  BacklogOperationsTest() : upkeep_(loop_.get_executor(), {.name = "upkeep", .url = url_}) {}

  std::vector<Backlog> measure(std::vector<std::string> kinds = {"charge", "conversion"}) {
    return run(upkeep_.run<MeasureBacklog>({std::move(kinds)}));
  }
  /// Entries alone: no saga is looked at.
  void queue(int bucket, const std::string& kind, bool routed, const std::string& due,
             int count = 1) {
    query("INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) SELECT " +
          std::to_string(bucket) + ", '" + kind + "', " + (routed ? "true" : "false") +
          ", now() + interval '" + due + "', 1, gen_random_uuid() FROM generate_series(1, " +
          std::to_string(count) + ")");
  }

  storage::Lanes upkeep_;
};

TEST_F(BacklogOperationsTest, NothingIsDueWhereNothingIs) {
  const std::vector<Backlog> backlogs = measure();
  ASSERT_EQ(backlogs.size(), 2U);
  EXPECT_EQ(backlogs[0].kind, "charge");
  EXPECT_EQ(backlogs[1].kind, "conversion");
  for (const Backlog& one : backlogs) {
    EXPECT_EQ(one.due, 0);
    EXPECT_EQ(one.oldest, Duration::zero());
  }
}

TEST_F(BacklogOperationsTest, CountsWhatIsDueInEveryBucketAndSeesTheOldest) {
  queue(0, "charge", false, "-10 s", 3);
  queue(0, "charge", true, "-60 s", 2);
  queue(1023, "charge", false, "-5 s");
  queue(7, "conversion", true, "-2 s");
  queue(7, "conversion", true, "1 hour", 5);
  const std::vector<Backlog> backlogs = measure();
  EXPECT_EQ(backlogs[0].due, 6);
  EXPECT_GE(backlogs[0].oldest, seconds(60));
  EXPECT_LT(backlogs[0].oldest, minutes(10));
  EXPECT_EQ(backlogs[1].due, 1);
  EXPECT_GE(backlogs[1].oldest, seconds(2));
  EXPECT_LT(backlogs[1].oldest, seconds(60));
}

TEST_F(BacklogOperationsTest, WorkToComeIsNotDue) {
  queue(3, "charge", true, "1 hour", 5);
  const std::vector<Backlog> backlogs = measure();
  EXPECT_EQ(backlogs[0].due, 0);
  EXPECT_EQ(backlogs[0].oldest, Duration::zero());
}

TEST_F(BacklogOperationsTest, ALeaseThatIsOverMakesWorkOld) {
  query(
      "INSERT INTO saga_lease VALUES (5, now() - interval '90 s', gen_random_uuid(), 'charge', 0, "
      "'{1}', ARRAY[gen_random_uuid()])");
  const std::vector<Backlog> backlogs = measure();
  EXPECT_EQ(backlogs[0].due, 0);
  EXPECT_GE(backlogs[0].oldest, seconds(90));
  EXPECT_EQ(backlogs[1].oldest, Duration::zero());
}

TEST_F(BacklogOperationsTest, CountingEnds) {
  const int many = static_cast<int>(MeasureBacklog::kMostCounted);
  for (const int bucket : {1, 2}) queue(bucket, "charge", false, "-1 s", many - 10);
  queue(3, "conversion", false, "-1 s", 4);
  const std::vector<Backlog> backlogs = measure();
  EXPECT_EQ(backlogs[0].due, MeasureBacklog::kMostCounted);
  EXPECT_EQ(backlogs[1].due, 4) << "of each kind by itself";
}

}  // namespace
}  // namespace remit::engine
