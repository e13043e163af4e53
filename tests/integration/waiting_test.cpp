#include <gtest/gtest.h>

#include <string_view>

#include "product_test.hpp"

namespace remit::test {
namespace {

constexpr bool kIsSanitized = !std::string_view(REMIT_SANITIZE).empty();
constexpr int kWaiting = kIsSanitized ? 2'000 : 100'000;

class WaitingTest : public ProductTest {
 protected:
  /// Copies of one conversion that waits for its next poll, a long time from now.
  void multiply(const std::string& id, int count) {
    PostgresSession session(database);
    session.query("CREATE TEMP TABLE twin AS SELECT s.* FROM saga s, generate_series(1, " +
                  std::to_string(count) + ") WHERE s.saga_id = '" + id + "'");
    session.query(
        "UPDATE twin SET saga_id = gen_random_uuid(), due_at = now() + interval '1 hour'");
    session.query("INSERT INTO saga SELECT * FROM twin");
    session.query(
        "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) SELECT bucket, "
        "kind, provider IS NOT NULL, due_at, tenant_id, saga_id FROM twin");
    session.query(
        "INSERT INTO conversion SELECT (jsonb_populate_record(c, jsonb_build_object("
        "'payment_id', t.saga_id, 'quote_id', gen_random_uuid()))).* FROM conversion c, twin t "
        "WHERE c.payment_id = '" +
        id + "'");
    session.query("ANALYZE saga, saga_queue, conversion");
  }
};

TEST_F(WaitingTest, AConversionThatWaitsTakesNoMemoryAndNoThread) {
  const std::vector<std::string> settings = {"engine.poll_interval=1h"};
  RemitProcess remit(config, settings);
  const std::string id = accept_conversion(remit.api()).at("payment_id");
  ASSERT_TRUE(eventually([&] {
    return sql("SELECT count(*) FROM saga WHERE status = 'ONRAMP_PENDING' AND lease_owner IS NULL "
               "AND due_at > now() + interval '10 minutes'") == "1";
  }));
  const long threads_before = remit.process().status_figure("Threads");
  const long memory_before = remit.process().status_figure("VmRSS");
  multiply(id, kWaiting);

  // Work beside them is done as ever, which also lets the engine look at its queue many times.
  for (int i = 0; i < 20; ++i) {
    await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
  }
  EXPECT_EQ(remit.process().status_figure("Threads"), threads_before);
  const long growth_kb = remit.process().status_figure("VmRSS") - memory_before;
  if (!kIsSanitized) EXPECT_LT(growth_kb, kWaiting * 2) << "kB for " << kWaiting;
  RecordProperty("memory_growth_kb", std::to_string(growth_kb));

  EXPECT_EQ(remit.terminate(), 0);
  const RemitProcess again(config, settings);
  await_payment(again.api(), accept_charge(again.api()), "COMPLETED");
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE kind = 'conversion' AND due_at > now()"),
            std::to_string(kWaiting + 1));
}

}  // namespace
}  // namespace remit::test
