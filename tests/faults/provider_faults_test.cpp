// Providers that do everything wrong that a provider can do. After each: the world is healed, and
// nothing was moved at two of them, nothing lost, everything final.
#include <algorithm>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"

namespace remit::test {
namespace {

/// What is healed at the end.
const Json kHealthy = {{"delay_ms", 0},
                       {"failing", false},
                       {"status", 0},
                       {"reject_rate", 0},
                       {"garbage_rate", 0},
                       {"drop_response_rate", 0},
                       {"half_answer_rate", 0},
                       {"late_error_rate", 0},
                       {"trickle_ms", 0},
                       {"invisible_ms", 0},
                       {"reads", false},
                       {"settle_after_polls", 0},
                       {"stuck", false},
                       {"fail_settlement_rate", 0},
                       {"late_refusal_rate", 0},
                       {"gateway_rate", 0},
                       {"gateway_passes_on", false},
                       {"gateway_status", 0}};

class ProviderFaultTest : public SurroundingTest {
 protected:
  explicit ProviderFaultTest(const std::vector<std::string>& settings = quick_leases())
      : one(quick_config, settings), other(quick_config, settings) {}

  static std::size_t payments_of_a_kind() { return is_whole_campaign() ? 60 : 4; }

  void set_all(const std::vector<std::string>& providers, const Json& faults) {
    for (const std::string& provider : providers) world.set_faults(provider, faults);
  }

  void set_everywhere(const Json& faults) {
    set_all(kProcessors, faults);
    set_all(kRamps, faults);
  }

  /// Both kinds under the faults, until some attempts were made under them; then the world heals.
  void expect_agreement_after(const Json& faults) {
    SCOPED_TRACE(faults.dump());
    ClientLoad load{.charges = payments_of_a_kind(), .conversions = payments_of_a_kind()};
    load.quotes = take_quotes(one.api(), load.conversions);
    const std::size_t before = attempts();
    set_everywhere(faults);
    std::ranges::copy(pay(addresses, load), std::back_inserter(suffered));
    // Not one for each: of providers that all fail the circuits open, and then hardly any is made.
    await_attempts(before + 4);
    set_everywhere(kHealthy);
    expect_agreement(both, suffered);
  }

  const std::string quick_config = remit_config(world, database, "400ms");
  const RemitProcess one;
  const RemitProcess other;
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses{both};
  std::vector<Promise> suffered;
};

TEST_F(ProviderFaultTest, SilenceIsNoRefusal) {
  for (const Json& faults :
       {Json{{"delay_ms", 600}}, Json{{"delay_ms", 600}, {"reads", true}},
        Json{{"drop_response_rate", 1}}, Json{{"drop_response_rate", 1}, {"reads", true}}}) {
    expect_agreement_after(faults);
  }
}

TEST_F(ProviderFaultTest, AnAnswerThatCannotBeReadIsNoAnswer) {
  for (const Json& faults :
       {Json{{"garbage_rate", 1}, {"reads", true}}, Json{{"half_answer_rate", 1}, {"reads", true}},
        Json{{"trickle_ms", 1}, {"reads", true}},     // whole, and in time
        Json{{"trickle_ms", 4}, {"reads", true}}}) {  // too late
    expect_agreement_after(faults);
  }
}

TEST_F(ProviderFaultTest, AnErrorMovesNothingTwice) {
  for (const Json& faults :
       {Json{{"failing", true}, {"status", 500}, {"reads", true}},
        Json{{"failing", true}, {"status", 503}},
        Json{{"failing", true}, {"status", 429}, {"reads", true}}, Json{{"late_error_rate", 1}}}) {
    expect_agreement_after(faults);
  }
}

TEST_F(ProviderFaultTest, A4xxThatIsNotTheProvidersWordMovesNothingTwice) {
  for (const Json& faults :
       {Json{{"late_refusal_rate", 1}}, Json{{"late_refusal_rate", 1}, {"reads", true}},
        Json{{"late_refusal_rate", 0.5}, {"invisible_ms", 600}}, Json{{"gateway_rate", 1}},
        Json{{"gateway_rate", 1}, {"reads", true}},
        Json{{"gateway_rate", 1}, {"gateway_passes_on", true}},
        Json{{"gateway_rate", 1}, {"gateway_passes_on", true}, {"delay_ms", 600}},
        Json{{"gateway_rate", 0.5}, {"gateway_passes_on", true}, {"reads", true}}}) {
    expect_agreement_after(faults);
  }
}

TEST_F(ProviderFaultTest, AnOperationThatIsNotVisibleYetIsNotMadeElsewhere) {
  for (const Json& faults :
       {Json{{"invisible_ms", 600}}, Json{{"invisible_ms", 600}, {"drop_response_rate", 1}},
        Json{{"invisible_ms", 600}, {"half_answer_rate", 1}},
        Json{{"invisible_ms", 600}, {"garbage_rate", 1}}}) {
    expect_agreement_after(faults);
  }
}

TEST_F(ProviderFaultTest, LateSettlementsAndSomeOfEachFaultAreSurvived) {
  for (const Json& faults : {Json{{"settle_after_polls", 12}},
                             Json{{"drop_response_rate", 0.2},
                                  {"garbage_rate", 0.2},
                                  {"half_answer_rate", 0.2},
                                  {"invisible_ms", 300},
                                  {"reads", true}},
                             Json{{"delay_ms", 300},
                                  {"late_error_rate", 0.3},
                                  {"drop_response_rate", 0.3},
                                  {"settle_after_polls", 6}}}) {
    expect_agreement_after(faults);
  }
}

/// The race of the processor's contract: its delay comes before its record, and a caller that gave
/// up does not stop it.
TEST_F(ProviderFaultTest, AChargeThatAppearsAfterItsCallerGaveUpIsNotMadeElsewhere) {
  world.set_faults("default", {{"delay_ms", 700}});
  const std::vector<Promise> promises = pay(addresses, {.charges = 3 * payments_of_a_kind()});
  expect_agreement(both, promises);
}

TEST_F(ProviderFaultTest, ARefusalByAllProvidersFailsAndARetryCompletes) {
  set_everywhere({{"reject_rate", 1}});
  const std::vector<Promise> promises = pay(addresses, {.conversions = payments_of_a_kind()});
  expect_agreement(both, promises, {.failed = true});
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE status <> 'FAILED'"), "0");
  EXPECT_TRUE(world.operations(kRamps).empty());
  set_everywhere(kHealthy);
  for (const Promise& promise : promises) {
    EXPECT_EQ(one.api().send("POST", "/payments/" + promise.payment_id + "/retry").status, 202);
  }
  expect_agreement(both, promises);
}

/// 429 is a processor's only refusal, and says nothing of the charge.
TEST_F(ProviderFaultTest, AChargeThatEveryProcessorIsTooBusyForWaits) {
  set_all(kProcessors, {{"reject_rate", 1}});
  const std::vector<Promise> promises = pay(addresses, {.charges = payments_of_a_kind()});
  await_attempts(4);
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE processed_at IS NOT NULL"), "0");
  EXPECT_TRUE(world.operations(kProcessors).empty());
  set_all(kProcessors, kHealthy);
  expect_agreement(both, promises);
}

TEST_F(ProviderFaultTest, ARefusedOfframpIsCompensatedOnceAmidOtherFaults) {
  set_all({"swift-offramp", "steady-offramp"}, {{"fail_settlement_rate", 1}});
  set_all({"swift-onramp", "steady-onramp"}, {{"drop_response_rate", 0.5}, {"invisible_ms", 300}});
  const std::vector<Promise> promises = pay(addresses, {.conversions = payments_of_a_kind()});
  expect_agreement(both, promises, {.failed = true});
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE error_code = 'COMPENSATED'"),
            std::to_string(promises.size()));
}

class OverdueTest : public ProviderFaultTest {
 protected:
  OverdueTest() : ProviderFaultTest({"engine.lease=1s", "engine.settlement_deadline=600ms"}) {}
};

TEST_F(OverdueTest, AnOverdueSettlementIsParkedNotFailedAndCompletesWhenItSettles) {
  set_all(kRamps, {{"stuck", true}});
  const std::vector<Promise> promises = pay(addresses, {.conversions = payments_of_a_kind()});
  const auto overdue = [&] {
    return sql(
        "SELECT count(*) FROM saga WHERE parked_reason = 'SETTLEMENT_OVERDUE' AND status = "
        "'ONRAMP_PENDING'");
  };
  EXPECT_TRUE(eventually([&] { return overdue() == std::to_string(promises.size()); }));
  for (const Promise& promise : promises) {
    // It is in progress: there is nothing that could be repeated.
    const auto answer = one.api().send("POST", "/payments/" + promise.payment_id + "/retry");
    EXPECT_EQ(answer.code(), "NOT_RETRYABLE") << answer.body;
  }
  EXPECT_EQ(overdue(), std::to_string(promises.size()));
  set_all(kRamps, kHealthy);
  expect_agreement(both, promises);
  EXPECT_EQ(sql("SELECT count(*) FROM saga WHERE parked_reason IS NOT NULL"), "0");
}

}  // namespace
}  // namespace remit::test
