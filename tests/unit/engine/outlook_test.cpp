#include "remit/engine/outlook.hpp"

#include <gtest/gtest.h>

#include "saga_fixture.hpp"
#include "support/manual_clock.hpp"

namespace remit::engine {
namespace {

using routing::CircuitOverride;

config::ProviderConfig priced(std::string name, std::int64_t percent) {
  config::ProviderConfig provider;
  provider.kind = ProviderKind::processor;
  provider.name = std::move(name);
  provider.fee.percent_scaled = percent * 100'000'000;
  return provider;
}

class OutlookTest : public testing::Test {
 protected:
  void close(std::string_view name) {
    book_.set_circuit(ProviderKind::processor, name, CircuitOverride::open);
  }
  Outlook look(const Saga& saga = new_saga(kOneLegPlan), bool is_at_its_bound = false) {
    const std::optional<Outlook> seen =
        outlook(saga, book_, kStart + seconds(1), policy_, is_at_its_bound);
    EXPECT_TRUE(seen);
    return seen.value_or(Outlook{});
  }
  static std::string verdicts(const Outlook& seen) {
    std::string text;
    for (const routing::Reason& reason : seen.decision.reasons) {
      text += (text.empty() ? "" : " ") + reason.provider + ":" + reason.verdict;
    }
    return text;
  }

  test::ManualClock clock_{kStart};
  Policy policy_;
  routing::ProviderBook book_{{priced("a", 5), priced("b", 15)}, 10, 10, clock_};
};

TEST_F(OutlookTest, AChoosableLegWaitsForItsTurn) {
  const Outlook seen = look();
  EXPECT_EQ(seen.decision.provider, std::nullopt);
  EXPECT_EQ(seen.decision.at, kStart + seconds(1));
  EXPECT_EQ(verdicts(seen), "a:available b:dearer");
  EXPECT_EQ(seen.waiting_for, "its turn");
}

TEST_F(OutlookTest, AChoosableLegOfATenantAtItsBoundWaitsForThat) {
  const Saga saga = new_saga(kOneLegPlan);
  EXPECT_EQ(look(saga, true).waiting_for, "its tenant's bound");
  close("a");
  close("b");
  EXPECT_EQ(look(saga, true).waiting_for, "a processor that takes calls");
}

TEST_F(OutlookTest, NamesWhatIsMissing) {
  close("a");
  policy_.cost_deadline.cut_off = minutes(1);
  const Outlook cheaper = look();
  EXPECT_EQ(verdicts(cheaper), "b:not_yet a:circuit_open");
  EXPECT_EQ(cheaper.waiting_for,
            "a processor that is cheaper, until 2026-11-20T00:01:00.000Z at the latest");
  close("b");
  const Outlook any = look();
  EXPECT_EQ(verdicts(any), "a:circuit_open b:circuit_open");
  EXPECT_EQ(any.waiting_for, "a processor that takes calls");
}

TEST_F(OutlookTest, SaysThatNoneIsConfigured) {
  const routing::ProviderBook empty({}, 10, 10, clock_);
  const auto seen = outlook(new_saga(kOneLegPlan), empty, kStart, policy_, false);
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->decision.reasons.empty());
  EXPECT_EQ(seen->waiting_for, "a processor: none is configured");
}

TEST_F(OutlookTest, AParkedSagaWaitsForAPerson) {
  Saga saga = new_saga(kOneLegPlan);
  saga.parked_reason = kRefusedTooOften;
  EXPECT_EQ(look(saga).waiting_for, "somebody to look at it: REFUSED_TOO_OFTEN");
}

TEST_F(OutlookTest, ARoutedOrEndedSagaWaitsForNoProvider) {
  EXPECT_FALSE(outlook(submitting(new_saga(kOneLegPlan), "a"), book_, kStart, policy_, false));
  EXPECT_FALSE(outlook(cancel(new_saga(kOneLegPlan), kStart)->saga, book_, kStart, policy_, false));
}

TEST_F(OutlookTest, ARefundWaitsForTheProviderThatHoldsTheMoney) {
  config::ProviderConfig in = priced("in", 1);
  in.kind = ProviderKind::onramp;
  config::ProviderConfig other = priced("other", 1);
  other.kind = ProviderKind::onramp;
  routing::ProviderBook ramps({other, in}, 10, 10, clock_);
  ramps.set_circuit(ProviderKind::onramp, "in", CircuitOverride::open);
  const auto seen = outlook(compensating(), ramps, kStart, policy_, false);
  ASSERT_TRUE(seen);
  EXPECT_EQ(verdicts(*seen), "in:circuit_open");
  EXPECT_EQ(seen->waiting_for, "in, which holds the money");
  const routing::ProviderBook without({other}, 10, 10, clock_);
  EXPECT_EQ(outlook(compensating(), without, kStart, policy_, false)->waiting_for,
            "in, which holds the money, is not configured");
}

}  // namespace
}  // namespace remit::engine
