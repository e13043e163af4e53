// What stands between the service and its providers answers in their place; what it says is not
// their word.
#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class GatewayTest : public ProductTest {
 protected:
  void set_all(const std::vector<std::string>& providers, const Json& faults) {
    for (const std::string& provider : providers) world.set_faults(provider, faults);
  }

  void expect_each_once(const std::vector<std::string>& providers, std::size_t count) {
    const auto operations = world.operations(providers);
    EXPECT_EQ(operations.size(), count);
    for (const auto& [id, times] : operations) EXPECT_EQ(times, 1) << id;
  }

  /// Until it has been asked about in vain for longer than its submission could take effect.
  void await_questions_in_vain(const std::string& id) {
    EXPECT_TRUE(eventually([&] {
      return sql("SELECT count(*) FROM saga, jsonb_array_elements(legs::jsonb) AS leg WHERE "
                 "saga_id = '" +
                 id + "' AND leg ->> 'state' = 'asking' AND (leg ->> 'waits')::int >= 7") == "1";
    })) << id;
  }

  const std::string quick_config = remit_config(world, database, "400ms");
  const RemitProcess remit{quick_config, {"engine.lease=1s"}};
};

/// The statuses of gateways that pass a request on and then speak for themselves.
class GatewayPassesOn : public GatewayTest, public testing::WithParamInterface<int> {
 protected:
  [[nodiscard]] Json faults() const {
    return {{"gateway_rate", 1}, {"gateway_passes_on", true}, {"gateway_status", GetParam()}};
  }
};

TEST_P(GatewayPassesOn, AChargeIsMadeAtOneProcessor) {
  set_all(kProcessors, faults());
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(accept_charge(remit.api()));
  for (const std::string& id : ids) {
    const Json charge = await_payment(remit.api(), id, "COMPLETED");
    const Json& attempt = charge.at("attempts").at(0);
    EXPECT_EQ(attempt.at("outcome"), "settled");
    EXPECT_EQ(attempt.at("error"), "HTTP " + std::to_string(GetParam())) << "what it met";
  }
  expect_each_once(kProcessors, 3);
}

TEST_P(GatewayPassesOn, AConversionIsMadeOnceAndNotGivenBack) {
  set_all(kRamps, faults());
  const std::string id = accept_conversion(remit.api()).at("payment_id");
  const Json payment = await_payment(remit.api(), id, "COMPLETED");
  EXPECT_TRUE(payment.at("refund_tx_id").is_null());
  expect_each_once(kRamps, 2);
}

INSTANTIATE_TEST_SUITE_P(Statuses, GatewayPassesOn, testing::Values(403, 404, 408, 409));

TEST_F(GatewayTest, A404OfItsOwnFreesNothing) {
  const Json faults = {
      {"gateway_rate", 1}, {"gateway_passes_on", true}, {"gateway_status", 404}, {"reads", true}};
  set_all(kProcessors, faults);
  set_all(kRamps, faults);
  const std::string charge = accept_charge(remit.api());
  const std::string conversion = accept_conversion(remit.api()).at("payment_id");
  await_questions_in_vain(charge);
  await_questions_in_vain(conversion);
  set_all(kProcessors, {{"gateway_rate", 0}});
  set_all(kRamps, {{"gateway_rate", 0}});
  await_payment(remit.api(), charge, "COMPLETED");
  await_payment(remit.api(), conversion, "COMPLETED");
  expect_each_once(kProcessors, 1);
  expect_each_once(kRamps, 2);
}

TEST_F(GatewayTest, ARouteThatIsMissingForAWhileFailsAndCompensatesNothing) {
  for (const int status : {401, 403, 404}) {
    const Json faults = {{"gateway_rate", 1}, {"gateway_status", status}, {"reads", true}};
    set_all({"swift-offramp", "steady-offramp"}, faults);
    set_all(kProcessors, faults);
    const std::string begun = accept_conversion(remit.api()).at("payment_id");
    const std::string charge = accept_charge(remit.api());
    await_payment(remit.api(), begun, "OFFRAMP_PENDING");
    await_questions_in_vain(begun);
    await_questions_in_vain(charge);
    const Json shown = remit.api().get("/payments/" + charge).json();
    EXPECT_EQ(shown.at("status"), "PROCESSING");
    EXPECT_TRUE(shown.at("attempts")
                    .at(0)
                    .at("error")
                    .get<std::string>()
                    .starts_with("HTTP " + std::to_string(status)))
        << shown.dump();
    set_all({"swift-offramp", "steady-offramp"}, {{"gateway_rate", 0}});
    set_all(kProcessors, {{"gateway_rate", 0}});
    await_payment(remit.api(), begun, "COMPLETED");
    await_payment(remit.api(), charge, "COMPLETED");
  }
  expect_each_once(kProcessors, 3);
  expect_each_once(kRamps, 6);
}

}  // namespace
}  // namespace remit::test
