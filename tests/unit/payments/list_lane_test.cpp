// Who waits for a list that takes long.

#include "remit/payments/payment_operations.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/storage/transaction.hpp"
#include "summary_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

/// Keeps its lane until the advisory lock 1 is given back.
struct KeepLane {
  static constexpr std::string_view kName = "test_keep_lane";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list,
                                                    .limit = std::chrono::seconds(120)};
  struct Input {};
  using Output = bool;
  static void execute(storage::Transaction& transaction, std::span<storage::Slot<KeepLane>> slots) {
    static constexpr storage::Statement kPatience{"test_patience",
                                                  "SELECT set_config('lock_timeout', '0', true)"};
    static constexpr storage::Statement kWait{"test_wait", "SELECT pg_advisory_xact_lock(1)"};
    transaction.execute(kPatience);
    transaction.execute(kWait);
    for (auto& slot : slots) slot.output = true;
  }
};

class ListLaneTest : public SummaryTest {};

TEST_F(ListLaneTest, AListDelaysNeitherReadsNorSummaries) {
  storage::LaneSettings one;
  one.name = "test";
  one.url = url_;
  one.lanes = 1;
  storage::PostgresDatabase database(loop_.get_executor(), {one, one, one, one, one});
  query("SELECT pg_advisory_lock(1)");
  bool is_kept = true;
  bool is_listed = false;
  spawn(database.run<KeepLane>({}), [&](bool) { is_kept = false; });
  spawn(database.run<ListPayments>(ListRequest(kTenant)),
        [&](const std::vector<Payment>&) { is_listed = true; });
  EXPECT_FALSE(run(database.run<FindPayment>({kTenant, ids_.next()})).has_value());
  EXPECT_EQ(run(database.run<SummariseCharges>({.tenant = kTenant, .from = {}, .to = {}})).size(),
            2U);
  EXPECT_TRUE(is_kept);
  EXPECT_FALSE(is_listed);
  query("SELECT pg_advisory_unlock(1)");
  test::run_until(loop_, [&] { return open_ == 0; });
  EXPECT_TRUE(is_listed);
}

}  // namespace
}  // namespace remit::payments
