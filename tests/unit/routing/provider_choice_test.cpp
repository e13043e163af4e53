#include "remit/routing/provider_choice.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Money kAmount{10'000, Currency::USD};

Candidate candidate(std::string name, std::int64_t percent) {
  Candidate made;
  made.name = std::move(name);
  made.fee.percent_scaled = percent * 100'000'000;
  return made;
}

std::string verdicts(const Choice& choice) {
  std::string text;
  for (const Reason& reason : choice.reasons) {
    text += (text.empty() ? "" : " ") + reason.provider + ":" + reason.verdict;
  }
  return text;
}

TEST(ProviderChoice, TakesTheCheapestForTheAmount) {
  const Choice choice = choose_provider({candidate("a", 7), candidate("b", 5)}, kAmount, {});
  EXPECT_EQ(choice.provider, "b");
  EXPECT_EQ(verdicts(choice), "b:chosen a:dearer");
  EXPECT_EQ(choice.reasons[0].cost_minor, 500);
  EXPECT_EQ(choice.reasons[1].cost_minor, 700);
  EXPECT_EQ(choice.retry_after, Duration{0});
}

TEST(ProviderChoice, TheFixedPartDecidesForSmallAmounts) {
  Candidate flat = candidate("flat", 0);
  flat.fee.fixed_scaled = 300'000'000;
  const std::vector<Candidate> both{candidate("share", 2), flat};
  EXPECT_EQ(choose_provider(both, Money{1'000, Currency::USD}, {}).provider, "share");
  EXPECT_EQ(choose_provider(both, Money{100'000, Currency::USD}, {}).provider, "flat");
}

TEST(ProviderChoice, EqualCostGoesToDefaultThenToTheOrderGiven) {
  Candidate fallback = candidate("fallback", 5);
  fallback.role = config::ProviderRole::fallback;
  const Choice choice =
      choose_provider({fallback, candidate("first", 5), candidate("second", 5)}, kAmount, {});
  EXPECT_EQ(verdicts(choice), "first:chosen second:dearer fallback:dearer");
}

TEST(ProviderChoice, NamesWhySomeWerePassedOver) {
  Candidate open = candidate("open", 1);
  open.circuit_allows = false;
  Candidate failing = candidate("failing", 1);
  failing.reported_failing = true;
  Candidate full = candidate("full", 1);
  full.has_room = false;
  const Choice choice = choose_provider(
      {open, failing, full, candidate("refused", 1), candidate("left", 9)}, kAmount, {"refused"});
  EXPECT_EQ(verdicts(choice),
            "left:chosen open:circuit_open failing:reported_failing full:at_capacity "
            "refused:excluded");
}

TEST(ProviderChoice, TellsWhenToAskAgain) {
  Candidate open = candidate("open", 1);
  open.circuit_allows = false;
  open.time_to_half_open = seconds(3);
  Candidate opens_sooner = open;
  opens_sooner.name = "sooner";
  opens_sooner.time_to_half_open = seconds(2);
  EXPECT_EQ(choose_provider({open, opens_sooner}, kAmount, {}).retry_after, seconds(2));
  EXPECT_EQ(choose_provider({open, opens_sooner}, kAmount, {"sooner"}).retry_after, seconds(3));

  Candidate full = candidate("full", 1);
  full.has_room = false;
  const Choice choice = choose_provider({open, full}, kAmount, {});
  EXPECT_FALSE(choice.provider);
  EXPECT_EQ(choice.retry_after, milliseconds(200));
}

TEST(ProviderChoice, NobodyToChooseFrom) {
  const Choice choice = choose_provider({}, kAmount, {});
  EXPECT_FALSE(choice.provider);
  EXPECT_TRUE(choice.reasons.empty());
  EXPECT_EQ(choice.retry_after, kRetryDelay);
}

}  // namespace
}  // namespace remit::routing
