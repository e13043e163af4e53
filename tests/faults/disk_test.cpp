// The database's disk: full, slow, broken.
#include <algorithm>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"
#include "support/server_disk.hpp"

namespace remit::test {
namespace {

class DiskTest : public SurroundingTest {
 protected:
  /// Where the agreement is looked for, too.
  [[nodiscard]] std::string config_on(PostgresCluster& server) {
    database = server.url();
    return remit_config(world, database, "400ms");
  }

  /// Charges and conversions, one after the other, until one is refused for want of the database.
  /// Every one is a promise to be kept: the refused ones are asked for again later.
  std::vector<Promise> pay_until_refused() {
    std::vector<Promise> promises;
    const bool refused = eventually([&] {
      promises.push_back(promises.size() % 2 == 0 ? new_charge(1990)
                                                  : new_conversion(conversion_body()));
      const HttpApi& api = both[promises.size() % both.size()];
      const auto answer = RetryingClient::repeat(api, promises.back());
      if (!answer || answer->status == 202) return false;
      EXPECT_EQ(answer->status, 503) << answer->body;
      EXPECT_NE(answer->header("retry-after"), "") << answer->body;
      EXPECT_TRUE(answer->code() == "UNAVAILABLE" || answer->code() == "OUTCOME_UNKNOWN")
          << answer->body;
      return true;
    });
    EXPECT_TRUE(refused) << "the disk was never full";
    return promises;
  }

  void pursue_all(std::vector<Promise>& promises) const {
    const RetryingClient client(addresses);
    for (Promise& promise : promises) client.pursue(promise);
    // They try to connect again with pauses, and the next questions are asked only once.
    for (const HttpApi& api : both) {
      EXPECT_TRUE(eventually([&] { return api.get("/readyz").status == 200; }));
    }
  }

  ServerDisk disk;
  const std::string disk_config = config_on(disk.server());
  const RemitProcess one{disk_config, quick_leases()};
  const RemitProcess other{disk_config, quick_leases()};
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses{both};
};

TEST_F(DiskTest, AFullOneIsSaidAndNothingIsLost) {
  std::vector<Promise> promises = pay(addresses, {.charges = 12, .conversions = 8});
  disk.fill();
  std::ranges::copy(pay_until_refused(), std::back_inserter(promises));
  disk.heal();
  pursue_all(promises);
  expect_agreement(both, promises);
}

TEST_F(DiskTest, ALogThatCannotGrowStopsTheServerAndNothingIsLost) {
  std::vector<Promise> promises = pay(addresses, {.charges = 12, .conversions = 8});
  disk.fill();
  // The next segment of the log has no room: the server gives up all that it was doing.
  try {
    PostgresSession session(disk.server().url_of("postgres"));
    for (int i = 0; i < 8; ++i) session.query("SELECT pg_switch_wal(), txid_current()");
  } catch (const std::runtime_error& expected) {
    RecordProperty("server_said", expected.what());
  }
  std::ranges::copy(pay_until_refused(), std::back_inserter(promises));
  disk.heal();
  pursue_all(promises);
  expect_agreement(both, promises);
}

TEST_F(DiskTest, FailedFlushesConfirmNoCommit) {
  std::vector<Promise> promises = pay(addresses, {.charges = 12, .conversions = 8});
  disk.break_flushes();
  std::ranges::copy(pay_until_refused(), std::back_inserter(promises));
  disk.heal();
  pursue_all(promises);
  expect_agreement(both, promises);
}

TEST_F(DiskTest, ASlowOneMakesItSlowAndNothingElse) {
  disk.slow_down(80);
  const std::vector<Promise> promises =
      pay(addresses, {.charges = 16, .conversions = 4, .clients = 10});
  expect_agreement(both, promises);
  disk.heal();
}

}  // namespace
}  // namespace remit::test
