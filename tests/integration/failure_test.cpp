#include <gtest/gtest.h>

#include <algorithm>

#include "product_test.hpp"

namespace remit::test {
namespace {

using Path = std::vector<std::string>;

const Path kCompensated = {"PENDING",         "ONRAMP_PENDING", "ONRAMP_COMPLETE",
                           "OFFRAMP_PENDING", "COMPENSATING",   "FAILED"};

class FailureTest : public ProductTest {
 protected:
  void break_both(const std::string& kind, const Json& faults) {
    world.set_faults("swift-" + kind, faults);
    world.set_faults("steady-" + kind, faults);
  }

  void expect_compensated(const Json& payment) {
    EXPECT_EQ(path_of(payment), kCompensated);
    EXPECT_EQ(payment.at("error_code"), "COMPENSATED");
    ASSERT_TRUE(payment.at("refund_tx_id").is_string()) << payment.dump();
    EXPECT_EQ(open_balances(), "") << "the ledger is not back to where it was";
    const Json books = world.books(payment.at("on_ramp_provider"));
    const auto refunds = std::ranges::count_if(books.at("records"), [&](const Json& record) {
      return record.at("kind") == "refund" && record.at("status") == "SETTLED" &&
             record.at("tx_id") == payment.at("refund_tx_id") &&
             record.at("target_amount") == payment.at("amount");
    });
    EXPECT_EQ(refunds, 1) << books.dump();
  }
};

TEST_F(FailureTest, AnOfframpThatRefusesEverywhereIsCompensated) {
  const RemitProcess remit(config);
  break_both("offramp", {{"reject_rate", 1}});
  const Json accepted = accept_conversion(remit.api());
  const Json payment = await_payment(remit.api(), accepted.at("payment_id"), "FAILED");
  expect_compensated(payment);
  EXPECT_EQ(world.operations({"swift-offramp", "steady-offramp"}).size(), 0U);
}

TEST_F(FailureTest, AnOfframpThatFailsToSettleIsCompensated) {
  const RemitProcess remit(config);
  break_both("offramp", {{"fail_settlement_rate", 1}});
  const Json accepted = accept_conversion(remit.api());
  const Json payment = await_payment(remit.api(), accepted.at("payment_id"), "FAILED");
  expect_compensated(payment);
  const HttpAnswer retry = remit.api().send(
      "POST", "/payments/" + payment.at("payment_id").get<std::string>() + "/retry");
  EXPECT_EQ(retry.status, 409) << "the money went back: there is nothing to resume";
}

TEST_F(FailureTest, ARefundThatDoesNotGetThroughIsTriedUntilItDoes) {
  const RemitProcess remit(config);
  break_both("offramp", {{"fail_settlement_rate", 1}});
  const Json accepted = accept_conversion(remit.api());
  const std::string id = accepted.at("payment_id");
  await_payment(remit.api(), id, "OFFRAMP_PENDING");
  break_both("onramp", {{"failing", true}});
  await_payment(remit.api(), id, "COMPENSATING");
  break_both("onramp", {{"failing", false}, {"drop_response_rate", 1}});
  expect_compensated(await_payment(remit.api(), id, "FAILED"));
}

TEST_F(FailureTest, AnOnrampThatRefusesEverywhereFailsAndCanBeRetriedOnceItIsWell) {
  const RemitProcess remit(config);
  break_both("onramp", {{"reject_rate", 1}});
  const Json accepted = accept_conversion(remit.api());
  const std::string id = accepted.at("payment_id");
  const Json failed = await_payment(remit.api(), id, "FAILED");
  EXPECT_EQ(path_of(failed), (Path{"PENDING", "ONRAMP_PENDING", "FAILED"}));
  EXPECT_EQ(failed.at("error_code"), "ONRAMP_FAILED");
  EXPECT_EQ(failed.at("attempts").size(), 2U) << "one with each onramp";
  EXPECT_EQ(open_balances(), "");

  break_both("onramp", {{"reject_rate", 0}});
  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/retry").status, 202);
  const Json payment = await_payment(remit.api(), id, "COMPLETED");
  EXPECT_EQ(path_of(payment),
            (Path{"PENDING", "ONRAMP_PENDING", "FAILED", "PENDING", "ONRAMP_PENDING",
                  "ONRAMP_COMPLETE", "OFFRAMP_PENDING", "COMPLETED"}));
  EXPECT_TRUE(payment.at("error_code").is_null());
  EXPECT_EQ(world.operations(kRamps).size(), 2U);
  EXPECT_EQ(open_balances("account = 'clearing'"), "");
  const HttpAnswer again = remit.api().send("POST", "/payments/" + id + "/retry");
  EXPECT_EQ(again.code(), "NOT_RETRYABLE");
}

TEST_F(FailureTest, AConversionGoesThroughTheOtherRampWhenOneRefuses) {
  const RemitProcess remit(config);
  world.set_faults("swift-onramp", {{"reject_rate", 1}});
  world.set_faults("swift-offramp", {{"reject_rate", 1}});
  const Json accepted = accept_conversion(remit.api());
  const Json payment = await_payment(remit.api(), accepted.at("payment_id"), "COMPLETED");
  EXPECT_EQ(payment.at("on_ramp_provider"), "steady-onramp");
  EXPECT_EQ(payment.at("off_ramp_provider"), "steady-offramp");
  EXPECT_EQ(payment.at("attempts").size(), 4U);
  EXPECT_EQ(world.operations(kRamps).size(), 2U);
  EXPECT_EQ(open_balances("account = 'clearing'"), "");
}

TEST_F(FailureTest, LostAnswersOfRampsCostNothingAndMoveNothingTwice) {
  const RemitProcess remit(config);
  for (const std::string& ramp : kRamps) world.set_faults(ramp, {{"drop_response_rate", 1}});
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(accept_conversion(remit.api()).at("payment_id"));
  for (const std::string& id : ids) await_payment(remit.api(), id, "COMPLETED");
  const auto operations = world.operations(kRamps);
  EXPECT_EQ(operations.size(), 10U);
  for (const auto& [id, count] : operations) EXPECT_EQ(count, 1) << id;
}

TEST_F(FailureTest, AScheduledPaymentCanBeCancelledUntilItStarts) {
  const RemitProcess remit(config);
  Json body = conversion_body();
  body["delay_seconds"] = 3600;
  const std::string id = accept_conversion(remit.api(), body).at("payment_id");
  const HttpAnswer cancelled = remit.api().send("POST", "/payments/" + id + "/cancel");
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(cancelled.json().at("status"), "CANCELLED");
  EXPECT_EQ(path_of(cancelled.json()), (Path{"PENDING", "CANCELLED"}));
  const HttpAnswer again = remit.api().send("POST", "/payments/" + id + "/cancel");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, cancelled.body) << "it is as it was to be";
  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/retry").code(), "NOT_RETRYABLE");

  body["delay_seconds"] = 1;
  const std::string started = accept_conversion(remit.api(), body).at("payment_id");
  await_payment(remit.api(), started, "COMPLETED");
  const HttpAnswer late = remit.api().send("POST", "/payments/" + started + "/cancel");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.code(), "NOT_CANCELABLE");
  EXPECT_EQ(world.operations(kRamps).size(), 2U);
}

}  // namespace
}  // namespace remit::test
