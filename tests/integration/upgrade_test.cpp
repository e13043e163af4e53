// An instance whose database was migrated by a newer one.
#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class UpgradeTest : public ProductTest {
 protected:
  /// As a newer program leaves it.
  void migrate_beyond(const RemitProcess& remit, bool additive) {
    ASSERT_EQ(remit.api().get("/readyz").status, 200);
    sql(std::string("INSERT INTO schema_migration (version, name, checksum, additive)"
                    " VALUES (9999, '9999_newer', 'unknown', ") +
        (additive ? "true)" : "false)"));
  }
  static void await_hand_over(RemitProcess& remit) {
    EXPECT_TRUE(eventually([&] {
      return remit.process().standard_error().find("work handed over to newer instances") !=
             std::string::npos;
    }));
  }
  std::string detail_of_readiness(const RemitProcess& remit) {
    const HttpAnswer ready = remit.api().get("/readyz");
    EXPECT_EQ(ready.status, 503) << ready.body;
    return ready.status == 503 ? ready.json().at("detail").get<std::string>() : std::string();
  }
};

TEST_F(UpgradeTest, ServesRequestsAndLeavesTheWorkToNewerInstances) {
  RemitProcess older(config);
  migrate_beyond(older, true);
  await_hand_over(older);
  EXPECT_NE(detail_of_readiness(older).find("9999_newer"), std::string::npos);

  const std::string charge = accept_charge(older.api());
  const std::string conversion = accept_conversion(older.api()).at("payment_id");
  EXPECT_EQ(older.api().get("/payments/" + charge).json().at("status"), "PENDING");
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE provider IS NULL AND lease_owner IS NULL"), "2");
  EXPECT_EQ(older.terminate(), 0);
  EXPECT_TRUE(world.operations(kProcessors).empty());

  sql("DELETE FROM schema_migration WHERE version = 9999");
  const RemitProcess newer(config);
  await_payment(newer.api(), charge, "COMPLETED");
  await_payment(newer.api(), conversion, "COMPLETED");
}

/// A long migration may be followed by others; until all are done nobody newer is there.
TEST_F(UpgradeTest, GoesOnWhileTheNewerInstanceStillMigrates) {
  RemitProcess older(config);
  PostgresSession newer(database);
  newer.query("BEGIN; SELECT 1 FROM schema_migration_turn FOR UPDATE");
  migrate_beyond(older, true);
  EXPECT_EQ(older.api().get("/readyz").status, 200);
  await_payment(older.api(), accept_charge(older.api()), "COMPLETED");
  newer.query("COMMIT");
  await_hand_over(older);
}

TEST_F(UpgradeTest, RefusesEverythingUnderASchemaThatItCannotBeRightAbout) {
  RemitProcess older(config);
  const std::string before = accept_charge(older.api());
  await_payment(older.api(), before, "COMPLETED");
  migrate_beyond(older, false);
  await_hand_over(older);
  EXPECT_NE(detail_of_readiness(older).find("9999_newer"), std::string::npos);
  const std::string charge = R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.00})";
  for (const HttpAnswer& refused :
       {older.api().send("POST", "/payments", charge), older.api().get("/payments/" + before),
        older.api().get("/payments-summary")}) {
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.header("retry-after"), "");
  }
  EXPECT_EQ(older.api().get("/healthz").status, 200);
  EXPECT_EQ(sql("SELECT count(*) FROM saga"), "1");
  EXPECT_EQ(older.terminate(), 0);
}

}  // namespace
}  // namespace remit::test
