#include <gtest/gtest.h>

#include <algorithm>

#include "product_test.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::seconds kStopTimeout{30};

/// With a server of its own, since it is stopped.
class DatabaseTest : public testing::Test {
 protected:
  PostgresCluster postgres;
  std::string database = postgres.url();
  SandboxProcess world;
  std::string config = remit_config(world, database);
};

TEST_F(DatabaseTest, DownAtTheStartIsSaidInOneLine) {
  postgres.stop_fast();
  RemitProcess remit(RemitProcess::NotReady{}, config);
  EXPECT_EQ(remit.process().wait(kStopTimeout), 1);
  const std::string said = remit.process().standard_error();
  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  EXPECT_NE(said.find("the database cannot be reached"), std::string::npos) << said;
}

TEST_F(DatabaseTest, AnotherKindOfDatabaseIsRefusedInOneLine) {
  RemitProcess remit(RemitProcess::NotReady{}, config,
                     {"database.url=" + postgres.url_of("not_there")});
  EXPECT_EQ(remit.process().wait(kStopTimeout), 1);
  EXPECT_NE(remit.process().standard_error().find("not_there"), std::string::npos);

  RemitProcess unmigrated(RemitProcess::NotReady{}, config, {"database.migrate=false"});
  EXPECT_EQ(unmigrated.process().wait(kStopTimeout), 1);
  EXPECT_NE(unmigrated.process().standard_error(), "");
}

TEST_F(DatabaseTest, StoppedLaterIsAnsweredHonestlyAndSurvivedWithNothingLost) {
  const RemitProcess remit(config, {"engine.lease=2500ms"});
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(accept_conversion(remit.api()).at("payment_id"));
    ids.push_back(accept_charge(remit.api()));
  }
  postgres.stop_immediate();
  const std::string body = conversion_body().dump();
  const HttpHeaders key = {{"Idempotency-Key", fresh_key()}};
  const std::string charge = R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.00})";
  for (const HttpAnswer& refused : {remit.api().send("POST", "/payments", body, key),
                                    remit.api().send("POST", "/payments", charge),
                                    remit.api().get("/payments/" + ids.front())}) {
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.header("retry-after"), "");
  }
  const HttpAnswer ready = remit.api().get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.json().at("detail").get<std::string>().find("database"), std::string::npos)
      << ready.body;
  EXPECT_EQ(remit.api().get("/healthz").status, 200);

  postgres.start();
  EXPECT_TRUE(eventually([&] { return remit.api().get("/readyz").status == 200; }));
  for (const std::string& id : ids) await_payment(remit.api(), id, "COMPLETED");
  const HttpAnswer retried = remit.api().send("POST", "/payments", body, key);
  ASSERT_EQ(retried.status, 202) << retried.body;
  await_payment(remit.api(), retried.json().at("payment_id"), "COMPLETED");
  EXPECT_EQ(remit.api().send("POST", "/payments", charge).status, 202);
  EXPECT_EQ(PostgresSession(database).query("SELECT count(*) FROM payment"), "10");
  const auto transfers = world.operations(kRamps);
  EXPECT_EQ(transfers.size(), 10U);
  EXPECT_TRUE(std::ranges::all_of(transfers, [](const auto& one) { return one.second == 1; }));
}

TEST(Configuration, EveryFaultOfItIsNamedAndTheExitIsTwo) {
  RemitProcess remit(RemitProcess::NotReady{},
                     "[server]\nlisten = \"nowhere\"\ncolour = \"blue\"\n"
                     "[engine]\nlease = 5\npoll_interval = \"soon\"\n"
                     "[[provider]]\nkind = \"bank\"\n");
  EXPECT_EQ(remit.process().wait(kStopTimeout), 2);
  const std::string said = remit.process().standard_error();
  for (const char* fault : {"server.listen", "server.colour", "engine.lease",
                            "engine.poll_interval", "kind", "name", "url"}) {
    EXPECT_NE(said.find(fault), std::string::npos) << fault << " is not in\n" << said;
  }
}

/// A promise that cannot be kept is refused, not taken in silence.
TEST(Configuration, APortThatIsTakenIsSaidAndTheExitIsOne) {
  const SandboxProcess world;
  const std::string config = remit_config(world, PostgresCluster::shared().url());
  const RemitProcess first(config);
  RemitProcess second(RemitProcess::NotReady{}, config,
                      {"server.listen=127.0.0.1:" + std::to_string(first.port())});
  EXPECT_EQ(second.process().wait(kStopTimeout), 1);
  const std::string said = second.process().standard_error();
  EXPECT_NE(said.find(std::to_string(first.port())), std::string::npos) << said;
}

}  // namespace
}  // namespace remit::test
