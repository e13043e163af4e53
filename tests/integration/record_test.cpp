// Charges that the processor has on its books already: redone after a restore, or found late.
#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class RecordTest : public ProductTest {
 protected:
  void record(const std::string& id, const std::string& amount) {
    const HttpAnswer answer =
        world.api("default").send("POST", "/payments",
                                  R"({"correlationId":")" + id + R"(","amount":)" + amount +
                                      R"(,"requestedAt":"2026-01-02T03:04:05.678Z"})");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  void accept(const std::string& id) {
    const HttpAnswer answer = remit.api().send(
        "POST", "/payments", R"({"correlationId":")" + id + R"(","amount":19.90})");
    ASSERT_EQ(answer.status, 202) << answer.body;
  }
  std::int64_t summed(const std::string& window) {
    const Json ours = remit.api().get("/payments-summary" + window).json().at("default");
    EXPECT_EQ(ours.at("totalRequests"), world.summary("default", window).at("totalRequests"));
    return ours.at("totalRequests");
  }

  const RemitProcess remit{config};
};

TEST_F(RecordTest, AChargeIsSummedByTheInstantThatTheProcessorRecorded) {
  const std::string id = fresh_uuid();
  record(id, "19.90");
  accept(id);
  const Json charge = await_payment(remit.api(), id, "COMPLETED");
  EXPECT_EQ(charge.at("requested_at"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(world.operations(kProcessors).at(id), 1);
  EXPECT_EQ(summed("?from=2026-01-02T03:04:05.678Z&to=2026-01-02T03:04:05.678Z"), 1);
  EXPECT_EQ(summed("?from=2026-01-02T03:04:00Z&to=2026-01-02T03:05:00Z"), 1);
  EXPECT_EQ(summed("?from=2026-01-02T03:04:06Z"), 0);
  EXPECT_EQ(summed(""), 1);
}

TEST_F(RecordTest, AChargeRecordedWithAnotherAmountIsParkedUntilAPersonRetriesIt) {
  const std::string id = fresh_uuid();
  record(id, "20.00");
  accept(id);
  const auto shown = [&] { return remit.api().get("/payments/" + id).json(); };
  EXPECT_TRUE(eventually([&] { return shown().at("error_code") == "AMOUNT_DIFFERS"; }));
  Json parked = shown();
  EXPECT_EQ(parked.at("status"), "PROCESSING");
  EXPECT_NE(parked.at("error_message").get<std::string>().find("20.00"), std::string::npos);
  EXPECT_EQ(sql("SELECT due_at IS NULL FROM saga"), "t") << "nothing happens by itself";
  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/cancel").code(), "NOT_CANCELABLE");

  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/retry").status, 202);
  EXPECT_TRUE(eventually([&] { return shown().at("error_code") == "AMOUNT_DIFFERS"; }))
      << "asked again, it says the same";
  EXPECT_TRUE(world.operations({"fallback"}).empty());
  EXPECT_EQ(open_balances(), "") << "nothing is posted";

  const HttpAnswer corrected =
      world.api("default").send("POST", "/admin/purge-payments", "", {{"X-Rinha-Token", "123"}});
  ASSERT_EQ(corrected.status, 200) << corrected.body;
  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/retry").status, 202);
  const Json charge = await_payment(remit.api(), id, "COMPLETED");
  EXPECT_TRUE(charge.at("error_code").is_null());
  EXPECT_EQ(world.operations(kProcessors).at(id), 1);
}

}  // namespace
}  // namespace remit::test
