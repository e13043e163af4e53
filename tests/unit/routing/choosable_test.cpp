// Which amounts could be given to somebody now, against what is chosen for each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "remit/routing/provider_choice.hpp"

namespace remit::routing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + hours(12);

Candidate candidate(std::string name, std::int64_t percent, std::int64_t fixed_hundredths = 0) {
  Candidate made;
  made.name = std::move(name);
  made.fee = {.percent_scaled = percent * 100'000'000,
              .fixed_scaled = fixed_hundredths * 1'000'000};
  return made;
}

Candidate missing(Candidate one) {
  one.reported_failing = true;
  return one;
}

ChoiceRequest request(std::int64_t amount, Duration age, const CostDeadlinePolicy& patience) {
  return {.amount = {amount, Currency::BRL},
          .cost_deadline = patience,
          .created = kNow - age,
          .now = kNow};
}

bool is_choosable(const std::vector<Choosable>& all, std::int64_t amount, Duration age) {
  return std::ranges::any_of(all, [amount, age](const Choosable& one) {
    return one.least <= amount && amount <= one.most && one.from_age <= age;
  });
}

TEST(Choosable, NothingWhenNoProviderTakesCalls) {
  const CostDeadlinePolicy patience{.deadline = minutes(30)};
  EXPECT_TRUE(choosable({missing(candidate("a", 5))}, request(1, {}, patience)).empty());
  EXPECT_TRUE(choosable({}, request(1, {}, patience)).empty());
}

TEST(Choosable, EverythingWhenNoProviderIsWaitedFor) {
  const std::vector<Candidate> all{candidate("a", 5), missing(candidate("b", 15))};
  EXPECT_EQ(choosable(all, request(1, {}, CostDeadlinePolicy{.deadline = minutes(30)})),
            std::vector{Choosable{}})
      << "what is missing is dearer";
  const std::vector<Candidate> dear{missing(candidate("a", 5)), candidate("b", 15)};
  EXPECT_EQ(choosable(dear, request(1, {}, CostDeadlinePolicy{})), std::vector{Choosable{}});
  EXPECT_TRUE(choosable(dear, request(1, {}, CostDeadlinePolicy{})).front().is_everything());
}

/// 0.10 a payment and 1 %: for small ones the flat 2 % is cheaper, for large ones it is not.
TEST(Choosable, SmallAmountsAreNotHeldUpByWhatWouldBeCheaperForLargeOnes) {
  const CostDeadlinePolicy patience{.deadline = minutes(30)};
  const std::vector<Candidate> all{candidate("flat", 2), missing(candidate("fixed", 1, 10))};
  const std::vector<Choosable> now = choosable(all, request(1, {}, patience));
  EXPECT_TRUE(is_choosable(now, 500, {}));
  EXPECT_FALSE(is_choosable(now, 100'000, {}));
  EXPECT_TRUE(is_choosable(now, 100'000, minutes(20)));
  EXPECT_FALSE(is_choosable(now, 100'000, minutes(19)));
}

// Whatever the fees, ages and amounts are: nobody waits for whom a provider would be chosen, and
// who waits is not looked at, but for those to whom two providers cost nearly the same.
TEST(Choosable, SaysWhatIsChosen) {
  std::mt19937_64 random(20);
  const auto between = [&random](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  int chosen = 0;
  int waited = 0;
  for (int round = 0; round < 4'000; ++round) {
    std::vector<Candidate> all;
    const std::int64_t count = between(1, 4);
    for (std::int64_t i = 0; i < count; ++i) {
      Candidate one = candidate("p" + std::to_string(i), 0);
      one.fee = {.percent_scaled = between(0, 20) * 50'000'000,
                 .fixed_scaled = between(0, 4) * 10'000'000};
      one.reported_failing = between(0, 1) == 1;
      one.usual_latency = between(0, 3) == 0 ? seconds(between(1, 200)) : Duration{20'000};
      all.push_back(one);
    }
    CostDeadlinePolicy patience;
    if (between(0, 2) > 0) patience.deadline = seconds(between(10, 3'600));
    if (between(0, 2) > 0) patience.cut_off = hours(12) + minutes(between(-30, 30));
    const std::vector<Choosable> now = choosable(all, request(1, {}, patience));
    for (int payment = 0; payment < 40; ++payment) {
      const std::int64_t amount = between(0, 1) == 0 ? between(1, 300) : between(1, kMaxAmount);
      const Duration age = between(0, 3) == 0 ? Duration{0} : seconds(between(0, 4'000));
      const Choice choice = choose_provider(all, request(amount, age, patience));
      if (choice.provider) {
        ++chosen;
        EXPECT_TRUE(is_choosable(now, amount, age)) << "round " << round << ", " << amount;
      }
      // With the same latency everywhere the ages are exact; far from a crossing the amounts are.
      const bool is_exact =
          std::ranges::all_of(
              all, [](const Candidate& one) { return one.usual_latency == Duration{20'000}; }) &&
          std::ranges::none_of(choice.reasons, [&choice](const Reason& one) {
            return std::ranges::any_of(choice.reasons, [&one](const Reason& other) {
              return &one != &other && std::abs(*one.cost_minor - *other.cost_minor) <= 2;
            });
          });
      if (choice.waits && is_exact) {
        ++waited;
        EXPECT_FALSE(is_choosable(now, amount, age)) << "round " << round << ", " << amount;
      }
    }
  }
  EXPECT_GT(chosen, 1'000);
  EXPECT_GT(waited, 1'000);
}

}  // namespace
}  // namespace remit::routing
