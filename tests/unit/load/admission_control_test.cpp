#include "remit/load/admission_control.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace remit::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kNow = seconds(100);

AdmissionControl control(std::int64_t permits) {
  return AdmissionControl({.permits = permits, .routed_interval = milliseconds(250)});
}

/// What a runner has done before it asks. Found: what its last claims found; `unknown`: none was.
struct State {
  std::int64_t fresh = 0;
  std::int64_t queued = 0;
  std::int64_t routed = 0;
  Found routed_claim = Found::all;
  Found queue_claim = Found::all;
};

AdmissionControl control_in(const State& state, std::int64_t permits) {
  AdmissionControl result = control(permits);
  const auto take = [&result](PermitKind kind, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) result.take(kind);
  };
  take(PermitKind::fresh, state.fresh);
  take(PermitKind::queued, state.queued);
  take(PermitKind::routed, state.routed);
  result.on_routed_claimed(state.routed_claim, kNow);
  result.on_queue_claimed(state.queue_claim, Remainder::none, kNow);
  return result;
}

TEST(AdmissionControl, DecidesByPermitsWaitingAndLoad) {
  using enum Found;
  constexpr std::int64_t kNone = -1;  // it is too soon to look
  struct Case {
    std::string what;
    State state;
    Load load;
    std::int64_t claim_routed;
    std::int64_t claim_queued;
    bool admit;
    bool claim_again;
  };
  const std::vector<Case> cases{
      {"nobody waits", {}, Load::idle, kNone, 32, true, false},
      {"nobody waits, all but one taken", {.fresh = 127}, Load::idle, kNone, 1, true, false},
      {"no permit is left", {.fresh = 128}, Load::idle, kNone, 0, false, false},
      {"the queue waits", {.queue_claim = more}, Load::idle, kNone, 32, true, true},
      {"a quarter is for the queue",
       {.fresh = 96, .queue_claim = more},
       Load::idle,
       kNone,
       32,
       false,
       true},
      {"… not less", {.fresh = 97, .queue_claim = more}, Load::idle, kNone, 31, false, false},
      {"… not more", {.fresh = 95, .queue_claim = more}, Load::idle, kNone, 32, true, true},
      {"routed ones wait", {.routed_claim = more}, Load::idle, 32, 32, true, true},
      {"both wait", {.routed_claim = more, .queue_claim = more}, Load::idle, 16, 32, true, true},
      {"a claim that failed says nothing",
       {.routed_claim = unknown},
       Load::idle,
       32,
       32,
       true,
       true},
      {"both wait, no permit is left",
       {.fresh = 128, .routed_claim = more, .queue_claim = more},
       Load::idle,
       0,
       0,
       false,
       false},
      {"busy: one in 32 for the queue", {.queue_claim = more}, Load::busy, kNone, 4, true, true},
      {"busy: half of it is taken",
       {.queued = 2, .queue_claim = more},
       Load::busy,
       kNone,
       2,
       true,
       true},
      {"busy: more than half of it is taken",
       {.queued = 3, .queue_claim = more},
       Load::busy,
       kNone,
       1,
       true,
       false},
      {"busy: all of it is taken",
       {.queued = 4, .queue_claim = more},
       Load::busy,
       kNone,
       0,
       true,
       false},
      {"busy: routed ones are not throttled",
       {.queued = 4, .routed_claim = more},
       Load::busy,
       32,
       0,
       true,
       true},
      {"saturated: nothing new", {}, Load::saturated, kNone, 4, false, false},
      {"saturated: the queue goes on slowly",
       {.queued = 1, .queue_claim = more},
       Load::saturated,
       kNone,
       3,
       false,
       true},
  };
  for (const Case& one : cases) {
    const AdmissionControl::Decision decision = control_in(one.state, 128).decide(one.load, kNow);
    EXPECT_EQ(decision.claim_routed.value_or(kNone), one.claim_routed) << one.what;
    EXPECT_EQ(decision.claim_queued, one.claim_queued) << one.what;
    EXPECT_EQ(decision.admit, one.admit) << one.what;
    EXPECT_EQ(decision.claim_again, one.claim_again) << one.what;
  }
}

TEST(AdmissionControl, RestedSagasLeaveAQuarterToThoseThatWait) {
  EXPECT_EQ(control_in({.fresh = 28}, 128).decide(Load::busy, kNow).resume, 100);
  EXPECT_EQ(control_in({.queue_claim = Found::more}, 128).decide(Load::idle, kNow).resume, 96);
  EXPECT_EQ(control_in({.routed_claim = Found::more}, 128).decide(Load::idle, kNow).resume, 96);
  EXPECT_EQ(
      control_in({.fresh = 100, .queue_claim = Found::more}, 128).decide(Load::idle, kNow).resume,
      0);
  EXPECT_EQ(control_in({.routed = 128}, 128).decide(Load::idle, kNow).resume, 0);
}

TEST(AdmissionControl, RestedSagasHaveTheShareOfTheQueueWhileSaturated) {
  EXPECT_EQ(control_in({.fresh = 28, .queued = 4}, 128).decide(Load::saturated, kNow).resume, 4);
  EXPECT_EQ(control_in({.routed = 3}, 128).decide(Load::saturated, kNow).resume, 1);
  EXPECT_EQ(control_in({.routed = 9}, 128).decide(Load::saturated, kNow).resume, 0);
}

TEST(AdmissionControl, BeforeTheFirstClaimOthersMayWait) {
  AdmissionControl fresh = control(4);
  for (int i = 0; i < 3; ++i) fresh.take(PermitKind::fresh);
  EXPECT_FALSE(fresh.decide(Load::idle, kNow).admit);
  fresh.on_routed_claimed(Found::all, kNow);
  fresh.on_queue_claimed(Found::unknown, Remainder::none, kNow);
  EXPECT_FALSE(fresh.decide(Load::idle, kNow).admit);
  fresh.on_queue_claimed(Found::all, Remainder::none, kNow);
  EXPECT_TRUE(fresh.decide(Load::idle, kNow).admit);
  fresh.on_queued();
  EXPECT_FALSE(fresh.decide(Load::idle, kNow).admit) << "one was sent to the queue";
  fresh.on_queue_claimed(Found::all, Remainder::waits_by_choice, kNow);
  EXPECT_FALSE(fresh.decide(Load::idle, kNow).admit) << "the claim did not see all of it";
}

TEST(AdmissionControl, LooksForRoutedOnesNowAndThen) {
  AdmissionControl quiet = control_in({}, 128);
  EXPECT_FALSE(quiet.decide(Load::idle, kNow + milliseconds(249)).claim_routed);
  EXPECT_EQ(quiet.decide(Load::idle, kNow + milliseconds(250)).claim_routed, 32);
}

TEST(AdmissionControl, AClaimHoldsPermitsForAllThatItMayReturn) {
  AdmissionControl claiming = control_in({.fresh = 64}, 128);
  claiming.begin_claim(32);
  EXPECT_EQ(claiming.decide(Load::idle, kNow).claim_queued, 32);
  for (int i = 0; i < 20; ++i) claiming.take(PermitKind::fresh);
  EXPECT_EQ(claiming.decide(Load::idle, kNow).claim_queued, 12);
  claiming.end_claim();
  EXPECT_EQ(claiming.decide(Load::idle, kNow).claim_queued, 32);
}

TEST(AdmissionControl, WaitingOnesHaveTheSharesOfTheQueue) {
  struct Case {
    State state;
    Load load;
    std::int64_t begin_waiting;
  };
  const std::vector<Case> cases{
      {{}, Load::idle, 128},
      {{.fresh = 100}, Load::idle, 28},
      {{}, Load::saturated, 1},
      {{.queued = 1}, Load::saturated, 0},
      {{.queued = 4}, Load::busy, 0},
      {{.queue_claim = Found::more}, Load::busy, 3},  // a quarter is left to the queue
      {{.queue_claim = Found::more}, Load::saturated, 1},
      {{.queue_claim = Found::more}, Load::idle, 96},
      {{.fresh = 128}, Load::idle, 0},
  };
  for (const Case& one : cases) {
    const auto decision = control_in(one.state, 128).decide(one.load, kNow);
    EXPECT_EQ(decision.begin_waiting, one.begin_waiting);
  }
}

TEST(AdmissionControl, TheShareOfALongQueueGrows) {
  AdmissionControl draining = control_in({.queue_claim = Found::more}, 128);
  const auto share_at = [&draining](Duration passed) {
    return draining.decide(Load::busy, kNow + passed).claim_queued;
  };
  EXPECT_EQ(share_at(milliseconds(1'999)), 4);
  EXPECT_EQ(share_at(seconds(2)), 8);
  EXPECT_EQ(share_at(seconds(10)), 24);
  EXPECT_EQ(share_at(seconds(600)), 32) << "as much as a claim takes";
  draining.on_queue_claimed(Found::more, Remainder::none, kNow + seconds(3));
  EXPECT_EQ(share_at(seconds(4)), 12) << "it is still the same queue";
  draining.on_queue_skipped();
  EXPECT_EQ(share_at(seconds(4)), 4);
  draining.on_queue_claimed(Found::more, Remainder::none, kNow + seconds(4));
  draining.on_queue_claimed(Found::all, Remainder::none, kNow + seconds(5));
  EXPECT_EQ(share_at(seconds(9)), 4) << "it was gone";
}

TEST(AdmissionControl, FewPermitsAreSharedToo) {
  AdmissionControl one = control_in({.queue_claim = Found::more}, 1);
  EXPECT_EQ(one.decide(Load::busy, kNow).claim_queued, 1);
  EXPECT_FALSE(one.decide(Load::idle, kNow).admit) << "it is the queue's";
}

class Counter final : public PermitIssuer {
 public:
  void take_back(PermitKind kind, TenantId /*tenant*/) override { returned.push_back(kind); }
  std::vector<PermitKind> returned;
};

TEST(Permit, IsGivenBackOnce) {
  const auto issuer = std::make_shared<Counter>();
  {
    Permit first(issuer, PermitKind::queued, TenantId(1));
    Permit moved(std::move(first));
    Permit second(issuer, PermitKind::fresh, TenantId(2));
    EXPECT_TRUE(issuer->returned.empty());
    second = std::move(moved);
    EXPECT_EQ(issuer->returned, std::vector{PermitKind::fresh}) << "the one it had before";
  }
  EXPECT_EQ(issuer->returned, (std::vector{PermitKind::fresh, PermitKind::queued}));
}

}  // namespace
}  // namespace remit::load
