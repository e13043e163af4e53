// What the policies earn under the load of the public contest: waiting for the cheaper processor as
// patience says, against always waiting for it, and against the first that takes calls.
//
// A model of it in steps of a tenth of a second: arrivals that rise to five hundred a second,
// processors with delays and failures that change at fixed times, health reports five seconds
// apart, so many calls at a time. The decisions are those of choose_provider. What is not made by
// the end earns nothing.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

#include "remit/routing/provider_choice.hpp"

namespace remit::routing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kStep = milliseconds(100);
constexpr Duration kHealthInterval = seconds(5);
/// Two instances with the usual charge.concurrency.
constexpr double kCallsAtOnce = 1024;
constexpr Timestamp kBegin = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + hours(12);
constexpr Money kAmount{1'990, Currency::BRL};

struct State {
  Duration delay{0};
  bool failing = false;
};

struct Change {
  Duration at;
  std::array<State, 2> processors;  ///< default, fallback
};

struct Profile {
  Duration length;
  double users;
  std::vector<Change> changes;
};

Profile preview() {
  return {seconds(60),
          550,
          {{seconds(0), {State{milliseconds(0), false}, State{milliseconds(0), false}}},
           {seconds(10), {State{milliseconds(100), false}, State{milliseconds(0), false}}},
           {seconds(20), {State{milliseconds(100), true}, State{milliseconds(0), false}}},
           {seconds(30), {State{milliseconds(2000), true}, State{milliseconds(1000), true}}},
           {seconds(40), {State{milliseconds(20), false}, State{milliseconds(20), false}}},
           {seconds(50), {State{milliseconds(0), false}, State{milliseconds(5000), false}}}}};
}

Profile final_round() {
  return {seconds(300),
          603,
          {{seconds(0), {State{milliseconds(0), false}, State{milliseconds(0), false}}},
           {seconds(30), {State{milliseconds(1000), false}, State{milliseconds(0), false}}},
           {seconds(60), {State{milliseconds(500), false}, State{milliseconds(0), false}}},
           {seconds(90), {State{milliseconds(2000), true}, State{milliseconds(1000), false}}},
           {seconds(120), {State{milliseconds(5000), true}, State{milliseconds(5), false}}},
           {seconds(150), {State{milliseconds(0), false}, State{milliseconds(5), true}}},
           {seconds(180), {State{milliseconds(100), false}, State{milliseconds(5), false}}},
           {seconds(210), {State{milliseconds(50), false}, State{milliseconds(0), false}}},
           {seconds(240), {State{milliseconds(103), false}, State{milliseconds(10), false}}},
           {seconds(270), {State{milliseconds(2000), false}, State{milliseconds(0), false}}}}};
}

/// One of our own, in which the cheap one is down when it ends.
Profile bad_end() {
  return {seconds(300),
          603,
          {{seconds(0), {State{milliseconds(0), false}, State{milliseconds(0), false}}},
           {seconds(60), {State{milliseconds(200), true}, State{milliseconds(0), false}}},
           {seconds(90), {State{milliseconds(0), false}, State{milliseconds(0), true}}},
           {seconds(120), {State{milliseconds(1500), true}, State{milliseconds(800), true}}},
           {seconds(150), {State{milliseconds(20), false}, State{milliseconds(20), false}}},
           {seconds(180), {State{milliseconds(0), true}, State{milliseconds(100), false}}},
           {seconds(210), {State{milliseconds(0), false}, State{milliseconds(10), false}}},
           {seconds(270), {State{milliseconds(0), true}, State{milliseconds(0), false}}}}};
}

struct Fees {
  std::int64_t cheap_percent;
  std::int64_t dear_percent;
};

class Model {
 public:
  Model(Profile profile, Fees fees, CostDeadlinePolicy patience)
      : profile_(std::move(profile)), fees_(fees), patience_(patience) {}

  /// What is left of the amounts after fees, as a share of all that was asked for.
  double run() {
    for (Duration at{0}; at < profile_.length; at += kStep) {
      if (at % kHealthInterval == Duration{0}) reported_ = states(at);
      arrive(at);
      work(at);
    }
    return earned_ / asked_;
  }

 private:
  [[nodiscard]] std::array<State, 2> states(Duration at) const {
    return std::ranges::find_if(profile_.changes.rbegin(), profile_.changes.rend(),
                                [at](const Change& change) { return change.at <= at; })
        ->processors;
  }

  void arrive(Duration at) {
    const double share =
        static_cast<double>(at.count()) / static_cast<double>(profile_.length.count());
    const double count = profile_.users * share * 0.1;
    asked_ += count;
    queue_.push_back({at, count});
  }

  [[nodiscard]] std::vector<Candidate> candidates() const {
    std::vector<Candidate> both(2);
    both[0].name = "default";
    both[0].fee.percent_scaled = fees_.cheap_percent * 100'000'000;
    both[1].name = "fallback";
    both[1].role = ProviderRole::fallback;
    both[1].fee.percent_scaled = fees_.dear_percent * 100'000'000;
    for (std::size_t i = 0; i < 2; ++i) {
      both[i].reported_failing = reported_[i].failing;
      both[i].usual_latency = reported_[i].delay;
    }
    return both;
  }

  /// What a processor takes in a step; a failing one answers, and nothing was made.
  void work(Duration at) {
    const std::array<State, 2> now = states(at);
    std::array<double, 2> room{};
    for (std::size_t i = 0; i < 2; ++i) {
      const Duration call = now[i].delay + milliseconds(2);
      room[i] =
          kCallsAtOnce * static_cast<double>(kStep.count()) / static_cast<double>(call.count());
      if (at + call > profile_.length) room[i] = 0;  // its answer comes too late
    }
    for (Waiting& waiting : queue_) {
      const Choice choice = choose_provider(candidates(), {.amount = kAmount,
                                                           .cost_deadline = patience_,
                                                           .created = kBegin + waiting.since,
                                                           .now = kBegin + at});
      if (!choice.provider) continue;
      const std::size_t chosen = *choice.provider == "default" ? 0 : 1;
      const double sent = std::min(waiting.count, room[chosen]);
      room[chosen] -= sent;
      if (now[chosen].failing) continue;
      waiting.count -= sent;
      const auto fee = static_cast<double>(chosen == 0 ? fees_.cheap_percent : fees_.dear_percent);
      earned_ += sent * (1 - fee / 100);
    }
    while (!queue_.empty() && queue_.front().count <= 0) queue_.pop_front();
  }

  struct Waiting {
    Duration since;
    double count;
  };

  Profile profile_;
  Fees fees_;
  CostDeadlinePolicy patience_;
  std::array<State, 2> reported_{};
  std::deque<Waiting> queue_;
  double asked_ = 0;
  double earned_ = 0;
};

struct Earned {
  double patient;
  double always_cheap;
  double first_healthy;
};

Earned earn(const Profile& profile, Fees fees) {
  const Duration end = (kBegin + profile.length) - std::chrono::floor<std::chrono::days>(kBegin);
  return {.patient = Model(profile, fees, {.cut_off = end}).run(),
          .always_cheap = Model(profile, fees, {.deadline = hours(1'000)}).run(),
          .first_healthy = Model(profile, fees, {}).run()};
}

/// With --gtest_output=json: the figures of bench/experiments/cost-or-deadline.md.
void note(const std::string& profile, Fees fees, const Earned& earned) {
  const std::string name =
      profile + "_" + std::to_string(fees.cheap_percent) + "_" + std::to_string(fees.dear_percent);
  testing::Test::RecordProperty(name + "_patient", std::to_string(earned.patient));
  testing::Test::RecordProperty(name + "_always_cheap", std::to_string(earned.always_cheap));
  testing::Test::RecordProperty(name + "_first_healthy", std::to_string(earned.first_healthy));
}

TEST(PolicyProfit, InThePreviewWaitingEarnsAsMuchAsTheCheapOneAloneAndMoreThanTheFirst) {
  for (const Fees fees : {Fees{5, 15}, Fees{7, 10}}) {
    const Earned earned = earn(preview(), fees);
    note("preview", fees, earned);
    EXPECT_GE(earned.patient, earned.always_cheap * 0.999)
        << "the cheap one is well when it ends, so that nobody can earn more";
    EXPECT_GT(earned.patient, earned.first_healthy);
  }
}

TEST(PolicyProfit, InTheFinalWaitingEarnsMoreThanEither) {
  for (const Fees fees : {Fees{5, 15}, Fees{7, 10}}) {
    const Earned earned = earn(final_round(), fees);
    note("final", fees, earned);
    EXPECT_GT(earned.patient, earned.always_cheap * 1.005)
        << "the cheap one takes two seconds when it ends, and is too late for the last ones";
    EXPECT_GT(earned.patient, earned.first_healthy);
  }
}

TEST(PolicyProfit, WhenTheCheapOneIsDownAtTheEndWaitingEarnsMoreThanEither) {
  for (const Fees fees : {Fees{5, 15}, Fees{7, 10}}) {
    const Earned earned = earn(bad_end(), fees);
    note("bad_end", fees, earned);
    EXPECT_GT(earned.patient, earned.always_cheap * 1.05);
    EXPECT_GT(earned.patient, earned.first_healthy);
    EXPECT_GT(earned.patient, 0.85);
  }
}

}  // namespace
}  // namespace remit::routing
