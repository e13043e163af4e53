// How many deliveries a claim and a save read, of an endpoint that has thousands of them. The table
// has been counted by no one: the plans are those of the statistics that its migration has made.
#include "delivery_fixture.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

/// Claims deliveries and saves them as delivered, in one transaction.
struct CountReads {
  using Input = ClaimDeliveries::Input;
  struct Output {
    std::int64_t by_claim = 0;
    std::int64_t by_save = 0;
    std::int64_t by_look = 0;
  };
  static constexpr std::string_view kName = "test_count_reads";
  static void execute(storage::Transaction& transaction, storage::Slots<CountReads> slots);
};

/// Rows of the table that this transaction has read.
constexpr storage::Statement kReads{"test_reads", R"(
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    FROM pg_stat_xact_user_tables WHERE relname = 'webhook_delivery')"};

std::int64_t reads(storage::Transaction& transaction) {
  return storage::read_value<std::int64_t>(transaction.execute(kReads));
}

template <class Operation>
typename Operation::Output run_inside(storage::Transaction& transaction,
                                      std::vector<typename Operation::Input> inputs) {
  std::vector<storage::Slot<Operation>> slots;
  for (auto& input : inputs) slots.push_back({std::move(input), {}});
  Operation::execute(transaction, slots);
  return slots.front().output.value();
}

void CountReads::execute(storage::Transaction& transaction, storage::Slots<CountReads> slots) {
  for (auto& slot : slots) {
    Output output;
    const std::int64_t before = reads(transaction);
    run_inside<LookForDeliveries>(transaction, {{}});
    output.by_look = reads(transaction) - before;
    const auto claimed = run_inside<ClaimDeliveries>(transaction, {slot.input});
    output.by_claim = reads(transaction) - before - output.by_look;
    std::vector<SaveAttempt::Input> attempts;
    for (const ClaimedDelivery& one : claimed.deliveries) {
      attempts.push_back({.which = {.tenant = slot.input.endpoint.tenant,
                                    .endpoint = slot.input.endpoint.id,
                                    .sequence = one.sequence},
                          .version = one.version,
                          .state = DeliveryState::delivered,
                          .error = {},
                          .answer = {},
                          .gone_url = {}});
    }
    run_inside<SaveAttempt>(transaction, attempts);
    output.by_save = reads(transaction) - before - output.by_look - output.by_claim;
    slot.output = output;
  }
}

class DeliveryPlanTest : public test::DeliveryTest {};

TEST_F(DeliveryPlanTest, AClaimAndASaveReadWhatTheyChangeAndALookOneOfEachEndpoint) {
  const Uuid endpoint = make_endpoint();
  make_endpoint();
  happen("payment.accepted");
  fan_out();
  sql("INSERT INTO webhook_delivery (bucket, tenant_id, endpoint_id, sequence, delivery_id,"
      " event_type, state, attempts, due_at, version, created_at, updated_at)"
      " SELECT bucket, tenant_id, endpoint_id, sequence + i, gen_random_uuid(), event_type, state,"
      " attempts, due_at, version, created_at, updated_at"
      " FROM webhook_delivery, generate_series(1, 3000) AS i");
  const CountReads::Output counted =
      run<CountReads>({.endpoint = {.tenant = kTenant, .id = endpoint},
                       .most = 10,
                       .lease = std::chrono::hours(1)})
          .value();
  EXPECT_LE(counted.by_look, 10);
  EXPECT_LE(counted.by_claim, 40);
  EXPECT_LE(counted.by_save, 40);
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'"), "10");
}

}  // namespace
}  // namespace remit::webhooks
