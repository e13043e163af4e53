#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "product_test.hpp"
#include "support/files.hpp"

namespace remit::test {
namespace {

class InstancesTest : public ProductTest {
 protected:
  const RemitProcess one{config};
  const RemitProcess other{config};
  const std::vector<HttpApi> both = {one.api(), other.api()};
};

TEST_F(InstancesTest, OneQuoteIsWonByOneOfManyPayments) {
  const Json quote =
      one.api()
          .send("POST", "/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})")
          .json();
  Json body = conversion_body();
  body["quote_id"] = quote.at("quote_id");
  std::vector<std::thread> threads;
  std::vector<int> statuses(16);
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      const HttpHeaders key = {{"Idempotency-Key", fresh_key()}};
      statuses[i] = both[i % 2].post("/payments", body, key).status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(statuses, 202), 1);
  EXPECT_EQ(std::ranges::count(statuses, 409), 15);
}

TEST_F(InstancesTest, WorkIsSharedAndDoneOnceAndSeenAlikeEverywhere) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 40; ++i) ids.push_back(accept_charge(both[i % 2]));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    await_payment(both[(i + 1) % 2], ids[i], "COMPLETED");
  }
  std::map<std::string, int> once;
  for (const std::string& id : ids) once[id] = 1;
  EXPECT_EQ(world.operations(kProcessors), once);
  EXPECT_EQ(one.api().get("/payments-summary").body, other.api().get("/payments-summary").body);
}

using ListenTest = ProductTest;

TEST_F(ListenTest, TwoInstancesShareOnePort) {
  const RemitProcess first(config, {"server.reuse_port=true"});
  const std::string port = std::to_string(first.port());
  RemitProcess second(config, {"server.reuse_port=true", "server.listen=127.0.0.1:" + port});
  EXPECT_EQ(second.port(), first.port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(first.api().get("/readyz").status, 200);
  EXPECT_EQ(second.terminate(), 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(first.api().get("/readyz").status, 200);
}

TEST_F(ListenTest, AUnixSocketServesAsAPortDoes) {
  const TemporaryFolder folder;
  const std::string path = folder / "remit.sock";
  {
    RemitProcess remit(config, {"server.listen=127.0.0.1:0,unix:" + path});
    const HttpApi api(path);
    EXPECT_EQ(api.get("/readyz").status, 200);
    const std::string id = accept_charge(api);
    await_payment(remit.api(), id, "COMPLETED");
    remit.process().kill();
  }
  // What a killed instance leaves behind is no obstacle.
  RemitProcess again(config, {"server.listen=127.0.0.1:0,unix:" + path});
  EXPECT_EQ(HttpApi(path).get("/payments-summary").json().at("default").at("totalRequests"), 1);
  EXPECT_EQ(again.terminate(), 0);
}

}  // namespace
}  // namespace remit::test
