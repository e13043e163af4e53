#include "remit/routing/provider_book.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/manual_clock.hpp"

namespace remit::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Money kAmount{10'000, Currency::BRL};

config::ProviderConfig provider(ProviderKind kind, std::string name, std::int64_t percent) {
  config::ProviderConfig made;
  made.kind = kind;
  made.name = std::move(name);
  made.fee.percent_scaled = percent * 100'000'000;
  made.timeout = seconds(1);
  made.breaker.min_calls = 2;
  made.breaker.half_open_calls = 1;
  return made;
}

class ProviderBookTest : public testing::Test {
 protected:
  void fail_calls(std::string_view name, int count) {
    for (int i = 0; i < count; ++i) {
      auto ticket = book_.begin_call(ProviderKind::processor, name);
      ASSERT_TRUE(ticket);
      ticket->finish(false, milliseconds(5));
    }
  }
  ProviderStatus status(std::size_t index) { return book_.status().at(index); }

  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  ProviderBook book_{{provider(ProviderKind::processor, "default", 5),
                      provider(ProviderKind::processor, "fallback", 15),
                      provider(ProviderKind::onramp, "default", 1)},
                     2,
                     3,
                     clock_};
};

TEST_F(ProviderBookTest, ChoosesAmongOneKind) {
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "default");
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).reasons.size(), 2U);
  EXPECT_EQ(choose_provider(book_.survey(ProviderKind::processor),
                            {.amount = kAmount, .excluded = {"default"}})
                .provider,
            "fallback");
  EXPECT_FALSE(book_.choose(ProviderKind::offramp, kAmount).provider);
}

TEST_F(ProviderBookTest, CapacityBoundsCallsInFlight) {
  auto first = book_.begin_call(ProviderKind::processor, "default");
  auto second = book_.begin_call(ProviderKind::processor, "default");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(status(0).in_flight, 2);
  EXPECT_FALSE(book_.begin_call(ProviderKind::processor, "default"));
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "fallback");
  first->finish(true, milliseconds(7));
  EXPECT_EQ(status(0).in_flight, 1);
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "default");
}

TEST_F(ProviderBookTest, ATicketCountsOnce) {
  auto ticket = book_.begin_call(ProviderKind::processor, "default");
  ProviderBook::Ticket moved = *std::move(ticket);
  moved.finish(true, milliseconds(7));
  moved.finish(false, milliseconds(7));
  ticket.reset();
  EXPECT_EQ(status(0).in_flight, 0);
  EXPECT_EQ(status(0).failure_rate_millionths, 0);
}

TEST_F(ProviderBookTest, ATicketThatEndsWithoutAWordFailed) {
  for (int i = 0; i < 2; ++i) {
    const auto ticket = book_.begin_call(ProviderKind::processor, "default");
    ASSERT_TRUE(ticket);
    clock_.advance(milliseconds(300));
  }
  EXPECT_EQ(status(0).breaker, BreakerState::open);
  EXPECT_EQ(status(0).in_flight, 0);
  EXPECT_EQ(book_.survey(ProviderKind::processor)[0].usual_latency, milliseconds(300));
}

TEST_F(ProviderBookTest, AnAssignedTicketLetsTheOldOneGo) {
  ProviderBook::Ticket ticket = *book_.begin_call(ProviderKind::processor, "default");
  ticket = *book_.begin_call(ProviderKind::processor, "fallback");
  EXPECT_EQ(status(0).in_flight, 0);
  EXPECT_EQ(status(1).in_flight, 1);
  ticket.finish(true, milliseconds(1));
  EXPECT_EQ(status(1).in_flight, 0);
}

TEST_F(ProviderBookTest, AnOpenCircuitIsPassedOverAndTriedAgain) {
  fail_calls("default", 2);
  EXPECT_FALSE(book_.begin_call(ProviderKind::processor, "default"));
  EXPECT_FALSE(status(0).takes_calls);
  EXPECT_TRUE(status(1).takes_calls);
  const Choice choice = choose_provider(book_.survey(ProviderKind::processor),
                                        {.amount = kAmount, .excluded = {"fallback"}});
  EXPECT_FALSE(choice.provider);
  EXPECT_EQ(choice.retry_after, seconds(5));
  clock_.advance(seconds(5));
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "default");
  auto trial = book_.begin_call(ProviderKind::processor, "default");
  ASSERT_TRUE(trial);
  EXPECT_FALSE(book_.begin_call(ProviderKind::processor, "default"));
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "fallback");
  trial->finish(true, milliseconds(3));
  EXPECT_EQ(status(0).breaker, BreakerState::closed);
  EXPECT_TRUE(status(0).takes_calls);
}

TEST_F(ProviderBookTest, TellsOfCircuitChanges) {
  std::vector<std::string> told;
  book_.on_circuit_change([&told](const CircuitChange& change) {
    told.push_back(change.name + " " + std::string(to_string(change.from)) + ">" +
                   std::string(to_string(change.to)));
  });
  fail_calls("default", 2);
  clock_.advance(seconds(5));
  book_.observe();
  book_.observe();
  book_.begin_call(ProviderKind::processor, "default")->finish(true, milliseconds(1));
  EXPECT_TRUE(book_.set_circuit(ProviderKind::processor, "fallback", CircuitOverride::open));
  EXPECT_FALSE(book_.set_circuit(ProviderKind::processor, "nobody", CircuitOverride::open));
  EXPECT_EQ(told, (std::vector<std::string>{"default closed>open", "default open>half_open",
                                            "default half_open>closed", "fallback closed>open"}));
}

TEST_F(ProviderBookTest, TellsOnceWhenAProviderBeginsToSayThatItFailsAndOnceWhenThatIsOver) {
  std::vector<std::string> told;
  book_.on_health_change([&told](const HealthChange& change) {
    told.push_back(change.name + (change.failing ? " fails" : " does not"));
  });
  const auto report = [this](bool failing) {
    clock_.advance(seconds(5));
    book_.report_health(ProviderKind::processor, "default", {failing, 1, clock_.now()});
    book_.observe();
  };
  for (const bool failing : {false, true, true, true, false, false, true}) report(failing);
  EXPECT_EQ(told, (std::vector<std::string>{"default fails", "default does not", "default fails"}));
  clock_.advance(seconds(16));
  book_.observe();
  book_.observe();
  EXPECT_EQ(told.size(), 4U);
  EXPECT_EQ(told.back(), "default does not") << "the report is too old to count";
}

TEST_F(ProviderBookTest, HowSlowAProviderSaysItIsCountsWhileTheReportIsFresh) {
  book_.report_health(ProviderKind::processor, "default", {false, 7'000, clock_.now()});
  const auto usual = [this] { return book_.survey(ProviderKind::processor).at(0).usual_latency; };
  EXPECT_EQ(usual(), seconds(7));
  clock_.advance(seconds(16));
  EXPECT_EQ(usual(), Duration{0});
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "default"), seconds(7))
      << "what may still take effect is judged with care";
}

TEST_F(ProviderBookTest, AFailingReportCountsWhileItIsFresh) {
  book_.report_health(ProviderKind::processor, "default", {true, 100, clock_.now()});
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).reasons[1].verdict, "reported_failing");
  const HealthReport old = *status(0).health;
  EXPECT_FALSE(status(0).takes_calls);
  clock_.advance(seconds(15));
  book_.report_health(ProviderKind::processor, "default", old);
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "fallback");
  clock_.advance(seconds(1));
  book_.report_health(ProviderKind::processor, "default", old);
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "default");
  book_.report_health(ProviderKind::processor, "default", {true, 100, clock_.now()});
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "fallback");
  book_.report_health(ProviderKind::processor, "default", {false, 1, clock_.now()});
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "default");
}

TEST_F(ProviderBookTest, FeesReadFromTheProviderWin) {
  book_.set_fee(ProviderKind::processor, "fallback", {100'000'000, 0});
  EXPECT_EQ(book_.choose(ProviderKind::processor, kAmount).provider, "fallback");
  EXPECT_EQ(book_.fee(ProviderKind::processor, "fallback").percent_scaled, 100'000'000);
  EXPECT_EQ(book_.fee(ProviderKind::processor, "nobody"), FeeSchedule{});
}

TEST_F(ProviderBookTest, TheLongestLatencyIsAtLeastTheTimeout) {
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "default"), seconds(1));
  book_.begin_call(ProviderKind::processor, "default")->finish(true, seconds(4));
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "default"), seconds(4));
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "fallback"), seconds(1));
}

TEST_F(ProviderBookTest, AProviderIsBelievedHowSlowItIsWithinReason) {
  book_.report_health(ProviderKind::processor, "default", {false, 7'000, clock_.now()});
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "default"), seconds(7));
  book_.report_health(ProviderKind::processor, "default", {false, INT64_MAX, clock_.now()});
  EXPECT_EQ(book_.longest_latency(ProviderKind::processor, "default"), seconds(600));
}

TEST_F(ProviderBookTest, FindsTheConfigurationByKindAndName) {
  ASSERT_NE(book_.find(ProviderKind::onramp, "default"), nullptr);
  EXPECT_EQ(book_.find(ProviderKind::onramp, "default")->kind, ProviderKind::onramp);
  EXPECT_EQ(book_.find(ProviderKind::onramp, "fallback"), nullptr);
}

}  // namespace
}  // namespace remit::routing
