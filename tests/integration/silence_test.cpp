// A database that does not respond: its connections stay, its answers do not come.

#include <gtest/gtest.h>
#include <signal.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::seconds kStopTimeout{60};

class SilenceTest : public testing::Test {
 protected:
  ~SilenceTest() override { postgres.thaw(); }

  /// A charge that is on its way when the database stops responding, and is there when it goes on.
  RawSocket send_charge(const RemitProcess& remit) {
    RawSocket socket = remit.api().connect();
    socket.send(http_request("POST", "/payments",
                             R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.00})"));
    return socket;
  }

  PostgresCluster postgres;
  SandboxProcess world;
  std::string config = remit_config(world, postgres.url());
};

TEST_F(SilenceTest, IsSaidByReadinessAndSurvived) {
  const RemitProcess remit(config);
  accept_charge(remit.api());
  postgres.freeze();
  const HttpAnswer ready = remit.api().get("/readyz");
  EXPECT_EQ(ready.status, 503) << ready.body;
  EXPECT_NE(ready.header("retry-after"), "");
  EXPECT_EQ(remit.api().get("/healthz").status, 200);
  postgres.thaw();
  EXPECT_TRUE(eventually([&] { return remit.api().get("/readyz").status == 200; }));
  await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
}

TEST_F(SilenceTest, DoesNotKeepAStopFromItsEnd) {
  RemitProcess remit(config, {"server.drain_timeout=500ms"});
  accept_charge(remit.api());
  postgres.freeze();
  const RawSocket waiting = send_charge(remit);
  remit.process().signal(SIGTERM);
  EXPECT_TRUE(remit.process().wait(kStopTimeout).has_value());
}

TEST_F(SilenceTest, DoesNotKeepASecondSignalFromItsEffect) {
  for (const int second : {SIGTERM, SIGINT}) {
    RemitProcess remit(config, {"server.drain_timeout=1h"});
    accept_charge(remit.api());
    postgres.freeze();
    const RawSocket waiting = send_charge(remit);
    remit.process().signal(SIGTERM);
    EXPECT_TRUE(eventually([&] {
      return remit.process().standard_error().find("\"stopping\"") != std::string::npos;
    }));
    remit.process().signal(second);
    EXPECT_EQ(remit.process().wait(kStopTimeout), 1);
    postgres.thaw();
  }
}

}  // namespace
}  // namespace remit::test
