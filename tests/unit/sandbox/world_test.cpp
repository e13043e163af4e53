#include "remit/sandbox/world.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class WorldTest : public testing::WorldFixture {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    settings_.state_file =
        ::testing::TempDir() + "remit_world_" + info->name() + "_" + std::to_string(::getpid());
    std::filesystem::remove(settings_.state_file);
    start(settings_);
  }
  void TearDown() override {
    stop();
    std::filesystem::remove(settings_.state_file);
  }
  void restart() {
    stop();
    start(settings_);
  }

  net::Answer charge(int number) {
    return post("default", "/payments",
                R"({"correlationId":")" + uuid(number) +
                    R"(","amount":19.90,"requestedAt":"2026-11-20T17:05:01.123456Z"})");
  }
  net::Answer transfer(int number) {
    return post("swift-onramp", "/transfers",
                R"({"operation_id":")" + uuid(number) +
                    R"(","direction":"onramp","source_amount":100,"source_currency":"USD",)"
                    R"("target_currency":"USDC","target_amount":90,"account":"a"})",
                {{"Idempotency-Key", uuid(number)}});
  }
  net::Answer burn(int number) {
    return post("chain", "/burns",
                R"({"operation_id":")" + uuid(number) +
                    R"(","chain":"base","asset":"USDC","user_id":"u","amount":30})",
                {{"Idempotency-Key", uuid(number)}});
  }
  net::Answer poll(int number) {
    return get("swift-onramp", "/transfers?operation_id=" + uuid(number));
  }
};

TEST_F(WorldTest, ServesEveryProviderUnderItsName) {
  std::string names;
  for (const auto& [name, port] : world_->ports()) {
    names += name + " ";
    EXPECT_NE(port, 0);
    EXPECT_EQ(world_->url(name), "http://127.0.0.1:" + std::to_string(port));
    EXPECT_EQ(get(name, "/admin/faults").status, 200) << name;
  }
  EXPECT_EQ(names,
            "chain default fallback rates steady-offramp steady-onramp swift-offramp swift-onramp "
            "webhooks ");
  EXPECT_EQ(world_->url("nobody"), "");
}

TEST_F(WorldTest, BooksSurviveARestart) {
  EXPECT_EQ(charge(1).status, 200);
  const net::Answer accepted = transfer(2);
  put("swift-onramp", "/admin/faults", R"({"settle_after_polls":1})");
  transfer(3);
  const net::Answer settled = poll(3);
  put("chain", "/chains/base/balances/u", R"({"amount":100})");
  burn(4);
  put("rates", "/admin/rates", R"({"from":"USD","to":"EUR","rate":"0.5"})");

  restart();
  EXPECT_EQ(charge(1).status, 422);
  EXPECT_EQ(text_of(get("default", "/payments/" + uuid(1)), "requestedAt"),
            "\"2026-11-20T17:05:01.123456Z\"");
  const net::Answer repeated = transfer(2);
  EXPECT_EQ(repeated.status, 200);
  EXPECT_EQ(repeated.body, accepted.body);
  const net::Answer after = poll(3);
  EXPECT_EQ(text_of(after, "status"), "\"SETTLED\"");
  EXPECT_EQ(text_of(after, "tx_id"), text_of(settled, "tx_id"));
  EXPECT_EQ(text_of(after, "poll_count"), "2");
  EXPECT_EQ(world_->chain().balance("base", "u"), 70);
  burn(4);
  EXPECT_EQ(world_->chain().balance("base", "u"), 70);
  EXPECT_EQ(text_of(get("rates", "/rates?from=EUR&to=USD"), "rate"), "\"2.00000000\"");
  EXPECT_EQ(transfer(5).status, 202);
  EXPECT_NE(text_of(poll(5), "transfer_id"), text_of(after, "transfer_id"));
}

TEST_F(WorldTest, APurgeSurvivesARestartToo) {
  charge(1);
  post("default", "/admin/purge-payments", "", {{"X-Rinha-Token", "123"}});
  charge(2);
  restart();
  EXPECT_EQ(world_->processor("default").records().size(), 1U);
}

TEST_F(WorldTest, RefundsAndFailuresSurviveARestart) {
  put("swift-onramp", "/admin/faults", R"({"settle_after_polls":1})");
  transfer(1);
  const std::string quoted = text_of(poll(1), "transfer_id");
  const std::string path = "/transfers/" + quoted.substr(1, 36) + "/refund";
  EXPECT_EQ(post("swift-onramp", path, "", {{"Idempotency-Key", uuid(2)}}).status, 202);
  put("swift-onramp", "/admin/faults", R"({"fail_settlement_rate":1})");
  transfer(3);
  restart();
  EXPECT_EQ(post("swift-onramp", path, "", {{"Idempotency-Key", uuid(2)}}).status, 200);
  EXPECT_EQ(post("swift-onramp", path, "", {{"Idempotency-Key", uuid(4)}}).status, 409);
  EXPECT_EQ(text_of(poll(3), "status"), "\"FAILED\"");
}

TEST_F(WorldTest, TheSameSeedMakesTheSameWorld) {
  const std::string first = transfer(1).body;
  stop();
  std::filesystem::remove(settings_.state_file);
  start(settings_);
  EXPECT_EQ(transfer(1).body, first);
  stop();
  std::filesystem::remove(settings_.state_file);
  settings_.seed = 2;
  start(settings_);
  EXPECT_NE(transfer(1).body, first);
}

TEST_F(WorldTest, StopsAtOnceAndLeavesUndoneWhatWaitsOutADelay) {
  put("default", "/admin/faults", R"({"delay_ms":3600000})");
  const auto call = make_call(
      net::Method::post, "/payments",
      R"({"correlationId":")" + uuid(1) + R"(","amount":1,"requestedAt":"2026-11-20T17:05:01Z"})");
  std::vector<std::shared_ptr<testing::Pending>> pending;
  for (std::size_t i = 0; i < PaymentSlots::kMaxRunning + 1; ++i) {
    pending.push_back(begin("default", call));
  }
  get("default", "/payments/service-health");
  pending.push_back(begin("default", make_call(net::Method::get, "/payments/service-health")));
  run_until([&] { return alarms_.waiting() == pending.size(); });
  test::run(loop_, world_->stop(std::chrono::seconds(1)));
  run_until([&] { return std::ranges::all_of(pending, &testing::Pending::done); });
  for (const auto& each : pending) EXPECT_FALSE(each->result);
  EXPECT_TRUE(world_->processor("default").records().empty());
}

TEST_F(WorldTest, RefusesAPortThatIsTakenAndAFileThatIsNotItsOwn) {
  const std::string taken = std::to_string(world_->ports().at("rates"));
  World second(loop_.get_executor(), clock_, alarms_,
               {.base_port = world_->ports().at("rates"), .state_file = ""});
  const std::expected<void, std::string> started = second.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find(taken), std::string::npos) << started.error();
  EXPECT_EQ(started.error().find('\n'), std::string::npos);

  World high(loop_.get_executor(), clock_, alarms_, {.base_port = 65'530, .state_file = ""});
  EXPECT_FALSE(high.start());
  World shared(loop_.get_executor(), clock_, alarms_,
               {.base_port = 0, .state_file = settings_.state_file});
  EXPECT_FALSE(shared.start());
  const std::string other = settings_.state_file + "_other";
  std::ofstream(other) << "[\"default\",{\"id\":1}]\n";
  World foreign(loop_.get_executor(), clock_, alarms_, {.base_port = 0, .state_file = other});
  EXPECT_FALSE(foreign.start());
  std::filesystem::remove(other);
}

}  // namespace
}  // namespace remit::sandbox
