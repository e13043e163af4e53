#include "remit/routing/provider_choice.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Money kAmount{10'000, Currency::USD};

Candidate candidate(std::string name, std::int64_t percent) {
  Candidate made;
  made.name = std::move(name);
  made.fee.percent_scaled = percent * 100'000'000;
  return made;
}

Choice choose_provider(const std::vector<Candidate>& candidates, Money amount,
                       const std::vector<std::string>& excluded) {
  return routing::choose_provider(candidates, {.amount = amount, .excluded = excluded});
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
  fallback.role = ProviderRole::fallback;
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

TEST(ProviderChoice, ChoosesNoneWithoutCandidates) {
  const Choice choice = choose_provider({}, kAmount, {});
  EXPECT_FALSE(choice.provider);
  EXPECT_TRUE(choice.reasons.empty());
  EXPECT_EQ(choice.retry_after, kRetryDelay);
}

ChoiceRequest request(Duration age, std::string avoid = {}) {
  constexpr Timestamp kCreated{seconds(1'000)};
  return {.amount = kAmount,
          .avoid = std::move(avoid),
          .cost_deadline = {.deadline = seconds(30)},
          .created = kCreated,
          .now = kCreated + age};
}

/// From which age on a payment of that amount could be given to somebody.
std::optional<Duration> from_age(const std::vector<Candidate>& candidates, std::int64_t amount) {
  std::optional<Duration> youngest;
  for (const Choosable& one : choosable(candidates, request(Duration{0}))) {
    if (amount < one.least || amount > one.most) continue;
    youngest = std::min(youngest.value_or(one.from_age), one.from_age);
  }
  return youngest;
}

TEST(ProviderChoice, WaitsForACheaperOneAsLongAsThereIsTime) {
  Candidate cheap = candidate("cheap", 5);
  cheap.reported_failing = true;
  const std::vector<Candidate> both{cheap, candidate("dear", 15)};
  const Choice early = choose_provider(both, request(seconds(1)));
  EXPECT_TRUE(early.waits);
  EXPECT_EQ(early.provider, std::nullopt);
  EXPECT_EQ(verdicts(early), "dear:not_yet cheap:reported_failing");
  EXPECT_EQ(early.retry_after, kRetryDelay);
  EXPECT_EQ(from_age(both, kAmount.minor), seconds(20));
  const Choice late = choose_provider(both, request(seconds(20)));
  EXPECT_FALSE(late.waits);
  EXPECT_EQ(verdicts(late), "dear:chosen cheap:reported_failing");
}

TEST(ProviderChoice, WaitsNoLongerThanUntilThen) {
  Candidate cheap = candidate("cheap", 5);
  cheap.circuit_allows = false;
  cheap.time_to_half_open = seconds(5);
  const std::vector<Candidate> both{cheap, candidate("dear", 15)};
  EXPECT_EQ(choose_provider(both, request(seconds(1))).retry_after, seconds(5));
  EXPECT_EQ(choose_provider(both, request(seconds(18))).retry_after, seconds(2));
}

TEST(ProviderChoice, ADearerOrEqualOneIsNotWaitedFor) {
  Candidate dear = candidate("dear", 15);
  dear.reported_failing = true;
  Candidate equal = candidate("equal", 5);
  equal.circuit_allows = false;
  const std::vector<Candidate> all{candidate("cheap", 5), dear, equal};
  EXPECT_EQ(choose_provider(all, request(seconds(1))).provider, "cheap");
  EXPECT_EQ(from_age(all, kAmount.minor), Duration{0});
}

TEST(ProviderChoice, AProviderThatJustFailedIsWaitedForToo) {
  const std::vector<Candidate> both{candidate("cheap", 5), candidate("dear", 15)};
  const Choice early = choose_provider(both, request(seconds(1), "cheap"));
  EXPECT_TRUE(early.waits);
  EXPECT_EQ(verdicts(early), "dear:not_yet cheap:failed_last");
  EXPECT_EQ(choose_provider(both, request(seconds(25), "cheap")).provider, "dear");
  const std::vector<Candidate> alone{candidate("cheap", 5)};
  EXPECT_EQ(choose_provider(alone, request(seconds(1), "cheap")).provider, "cheap")
      << "there is nobody else";
}

TEST(ProviderChoice, AProviderThatAnswersTooLateIsReplacedByADearerOne) {
  Candidate slow = candidate("slow", 5);
  slow.usual_latency = seconds(2);
  const std::vector<Candidate> both{slow, candidate("dear", 15)};
  EXPECT_EQ(choose_provider(both, request(seconds(28))).provider, "slow");
  const Choice late = choose_provider(both, request(seconds(29)));
  EXPECT_EQ(verdicts(late), "dear:chosen slow:too_slow") << "waiting makes it no faster";
  EXPECT_EQ(choose_provider({slow}, request(seconds(29))).provider, "slow") << "nobody is faster";
  EXPECT_EQ(choose_provider(both, request(seconds(31))).provider, "slow") << "all are late";
  EXPECT_EQ(choose_provider(both, kAmount, {}).provider, "slow") << "it is never due";
}

TEST(ProviderChoice, AProviderOverTheBudgetIsLeftOutEvenWhenAllAreLate) {
  Candidate slow = candidate("slow", 5);
  slow.usual_latency = seconds(2);
  ChoiceRequest late = request(seconds(31));
  late.cost_deadline.latency_budget = seconds(1);
  EXPECT_EQ(verdicts(choose_provider({slow, candidate("dear", 15)}, late)),
            "dear:chosen slow:too_slow");
  EXPECT_EQ(choose_provider({slow}, late).provider, "slow") << "there is nobody else";
}

TEST(ProviderChoice, ASlowProviderDoesNotHideThatACheaperOneIsWaitedFor) {
  Candidate gone = candidate("gone", 1);
  gone.reported_failing = true;
  Candidate slow = candidate("slow", 5);
  slow.usual_latency = minutes(1);
  const Choice choice = choose_provider({gone, slow, candidate("dear", 15)}, request(seconds(1)));
  EXPECT_EQ(verdicts(choice), "dear:not_yet gone:reported_failing slow:too_slow");
}

TEST(ProviderChoice, NoneIsChoosableAtAnyAgeWhenNoneTakesCalls) {
  Candidate open = candidate("open", 5);
  open.circuit_allows = false;
  EXPECT_EQ(from_age({open}, kAmount.minor), std::nullopt);
  EXPECT_FALSE(choose_provider({open}, request(seconds(1))).waits);
}

}  // namespace
}  // namespace remit::routing
