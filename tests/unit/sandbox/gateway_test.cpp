// Answers that look like a provider's and are not, and those that are its own.
#include <gtest/gtest.h>

#include <set>

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class GatewayTest : public testing::WorldFixture {
 protected:
  static std::string charge() {
    return R"({"correlationId":")" + uuid(1) +
           R"(","amount":19.90,"requestedAt":"2026-11-20T17:05:01.123Z"})";
  }
  net::Answer transfer(int number) {
    return post("swift-onramp", "/transfers",
                R"({"operation_id":")" + uuid(number) +
                    R"(","direction":"onramp","source_amount":100,"source_currency":"USD",)"
                    R"("target_currency":"USDC","target_amount":1000000,"account":"a"})",
                {{"Idempotency-Key", uuid(number)}});
  }
};

TEST_F(GatewayTest, SaysMostErrorsWithoutABodyAsThePublicOneDoes) {
  put("default", "/admin/faults", R"({"failing":true})");
  const net::Answer failed = post("default", "/payments", charge());
  EXPECT_EQ(failed.status, 500);
  const net::Answer absent = get("default", "/payments/" + uuid(1));
  EXPECT_EQ(absent.status, 404);
  for (const net::Answer& answer : {failed, absent}) {
    EXPECT_EQ(answer.body, "");
    EXPECT_FALSE(answer.headers.find("Content-Type"));
  }
}

TEST_F(GatewayTest, A4xxAfterTheWorkIsARecordedPayment) {
  put("default", "/admin/faults", R"({"late_refusal_rate":1,"gateway_status":409})");
  const net::Answer answer = post("default", "/payments", charge());
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.headers.find("Content-Type"), "text/html");
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200);
}

TEST_F(GatewayTest, AGatewayAnswersAndTheRequestNeverArrives) {
  put("default", "/admin/faults", R"({"gateway_rate":1})");
  std::set<int> seen;
  for (int i = 0; i < 100; ++i) {
    const net::Answer answer = post("default", "/payments", charge());
    EXPECT_TRUE(answer.headers.find("Content-Type") == "text/html" ||
                answer.headers.find("Content-Type") == "text/plain");
    seen.insert(answer.status);
  }
  EXPECT_EQ(seen, (std::set<int>{401, 403, 404, 408, 409, 413, 425}));
  EXPECT_TRUE(world_->processor("default").records().empty());
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).body, "") << "queries get through";
  put("default", "/admin/faults", R"({"reads":true,"gateway_status":404})");
  const net::Answer absent = get("default", "/payments/" + uuid(1));
  EXPECT_EQ(absent.status, 404);
  EXPECT_NE(absent.body, "") << "not in the processor's words";
}

TEST_F(GatewayTest, AGatewayAnswersAndTheRequestArrives) {
  put("default", "/admin/faults",
      R"({"gateway_rate":1,"gateway_passes_on":true,"gateway_status":408,"delay_ms":500})");
  EXPECT_EQ(post("default", "/payments", charge()).status, 408);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 404) << "it is still at work";
  run_until([&] { return alarms_.waiting() == 1; });
  alarms_.advance(500ms);
  run_until([&] { return !world_->processor("default").records().empty(); });
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200);
}

TEST_F(GatewayTest, AGatewayRefusesATransferThatTheRampAccepts) {
  put("swift-onramp", "/admin/faults", R"({"gateway_rate":1,"gateway_status":403})");
  EXPECT_EQ(transfer(1).status, 403);
  EXPECT_TRUE(world_->ramp("swift-onramp").book().all().empty());
  put("swift-onramp", "/admin/faults", R"({"gateway_passes_on":true})");
  EXPECT_EQ(transfer(1).status, 403);
  run_until([&] { return !world_->ramp("swift-onramp").book().all().empty(); });
  put("swift-onramp", "/admin/faults", R"({"gateway_rate":0,"late_refusal_rate":1})");
  const net::Answer late = transfer(2);
  EXPECT_EQ(late.status, 403);
  EXPECT_EQ(late.headers.find("Content-Type"), "text/html");
  EXPECT_EQ(world_->ramp("swift-onramp").book().all().size(), 2U);
}

}  // namespace
}  // namespace remit::sandbox
