#include "remit/engine/runner.hpp"

#include "remit/storage/lanes.hpp"
#include "remit/telemetry/log.hpp"
#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

TEST_F(RunnerTest, WritesDownWhereItSendsBeforeItSends) {
  add(1);
  provider_.answers = {settled()};
  start();
  settle();
  EXPECT_EQ(journal_, (Journal{"claim 1", "choose submitting", "submit", "save -"}));
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_TRUE(row().ended);
  EXPECT_EQ(runner_->active(), 0);
  stop();
}

TEST_F(RunnerTest, ARefusedLegIsChosenForByItsOwner) {
  add_refused(1);
  provider_.answers = {settled()};
  start();
  settle();
  EXPECT_EQ(journal_, (Journal{"claim 1", "save submitting", "submit", "save -"}));
  stop();
}

TEST_F(RunnerTest, ASagaStartedOnAcceptanceNeedsNoClaim) {
  provider_.answers = {settled()};
  Runner& runner = start();
  settle();
  std::optional<Admitted> admitted = runner.try_admit(new_saga(kOneLegPlan, id_of(1)));
  ASSERT_TRUE(admitted);
  EXPECT_EQ(runner.active(), 1) << "its place is taken";
  const FirstStep& first = *admitted->first();
  EXPECT_EQ(first.step.saga.legs[0].provider, "a");
  EXPECT_EQ(first.step.saga.legs[0].requested_at, Timestamp{}) << "known when it is stored";
  EXPECT_EQ(first.lease, settings_.lease);
  const Timestamp stored_at = kStart + milliseconds(7);
  row_of(first, stored_at);
  runner.run(std::move(*admitted), {stored_at, kFirstEpoch});
  settle();
  EXPECT_EQ(journal_, (Journal{"submit", "save -"}));
  EXPECT_EQ(provider_.operations[0].requested_at, stored_at);
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(runner.active(), 0);
  stop();
}

TEST_F(RunnerTest, SendsTheLegAndNothingAfterItsLeaseEnds) {
  add(1);
  row().saga.request_id = "request-7";
  start();
  settle();
  ASSERT_EQ(provider_.operations.size(), 1U);
  const providers::Operation& operation = provider_.operations[0];
  EXPECT_EQ(operation.payment_id, id_of(1));
  EXPECT_EQ(operation.operation_id, id_of(100));
  EXPECT_EQ(operation.source, (Money{1'000, Currency::USD}));
  EXPECT_EQ(operation.requested_at, kStart);
  const providers::CallContext& context = provider_.contexts[0];
  EXPECT_EQ(context.send_before, clock_.monotonic() + settings_.lease);
  EXPECT_EQ(context.timeout, seconds(3));
  EXPECT_EQ(context.trace.request_id, "request-7");
  provider_.answer_all(settled());
  settle();
  stop();
}

TEST_F(RunnerTest, TheLeaseIsRenewedByEachSave) {
  add(1);
  provider_.answers = {unanswered()};
  start();
  settle();
  ASSERT_GE(provider_.contexts.size(), 2U);
  for (int i = 0; i < 30; ++i) pass(seconds(1));
  for (const auto& context : provider_.contexts) {
    EXPECT_LE(*context.send_before, clock_.monotonic() + settings_.lease);
  }
  EXPECT_GT(provider_.contexts.back().send_before, provider_.contexts.front().send_before);
  stop();
}

TEST_F(RunnerTest, ARestingSagaIsNotInMemory) {
  add(1);
  provider_.answers = {pending(), settled()};
  start();
  settle();
  EXPECT_EQ(row().saga.legs[0].state, LegState::polling);
  EXPECT_EQ(runner_->active(), 0);
  pass(seconds(20));
  EXPECT_EQ(count("query"), 0) << "not before its time";
  pass(seconds(20));
  EXPECT_EQ(count("query"), 1);
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

TEST_F(RunnerTest, ASubmissionOfADeadOwnerIsAskedAboutThenMadeAgainWhereItWas) {
  add(1);
  row().saga = submitting(row().saga, "a");
  const Leg before = row().saga.legs[0];
  provider_.answers = {outcome(Status::not_found), settled()};
  start();
  settle();
  EXPECT_EQ(count("query"), 1);
  EXPECT_EQ(count("submit"), 1);
  const Leg& leg = row().saga.legs[0];
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(leg.provider, before.provider);
  EXPECT_EQ(leg.operation_id, before.operation_id);
  EXPECT_EQ(leg.requested_at, before.requested_at) << "fixed when the provider was chosen";
  stop();
}

TEST_F(RunnerTest, AnAnswerIsNoNewerThanItsQuery) {
  add(1);
  Leg& leg = row().saga.legs[0];
  leg.state = LegState::asking;
  leg.provider = "a";
  leg.attempts.push_back({"a", leg.operation_id, "unknown", kStart, {}, {}});
  leg.open_until = kStart + seconds(10);
  start();
  settle();
  ASSERT_EQ(count("submit") + count("query"), 1);
  // Stopped while the answer was on its way: meanwhile the submission may have taken effect.
  pass(seconds(15));
  provider_.answer_all(outcome(Status::not_found));
  settle();
  EXPECT_EQ(count("submit"), 0);
  EXPECT_EQ(row().saga.legs[0].state, LegState::asking);
  EXPECT_EQ(row().saga.legs[0].provider, "a");
  stop();
}

TEST_F(RunnerTest, AWallClockSetForwardMakesNoSubmissionOver) {
  add(1);
  provider_.answers = {unanswered(), unanswered(), outcome(Status::not_found)};
  start();
  settle();
  ASSERT_EQ(row().saga.legs[0].state, LegState::asking);
  clock_.jump(std::chrono::hours(1));
  pass(seconds(1));
  EXPECT_EQ(count("query"), 2);
  EXPECT_EQ(row().saga.legs[0].state, LegState::asking) << "it may still take effect";
  EXPECT_EQ(count("submit"), 1);
  clock_.jump(std::chrono::hours(-2));
  pass(seconds(60));
  EXPECT_GE(count("submit"), 2) << "a clock set back keeps nothing waiting";
  stop();
}

TEST_F(RunnerTest, ATakeOverKnowsTheReportedLatency) {
  book_.report_health(ProviderKind::processor, "a", {false, 30'000, kStart});
  add(1);
  provider_.answers = {unanswered(), outcome(Status::not_found)};
  start();
  settle();
  EXPECT_EQ(row().saga.legs[0].late_effect_window, seconds(60));
  EXPECT_EQ(row().saga.legs[0].open_until, kStart + seconds(60));
  stop();
  // As by an owner that has died; its successor has read no report yet.
  add(2);
  row(2).saga = submitting(row(2).saga, "b");
  row(2).saga.legs[0].late_effect_window = seconds(60);
  const Timestamp now = kStart + clock_.monotonic();
  start();
  settle();
  EXPECT_EQ(row(2).saga.legs[0].open_until, now + seconds(60));
  stop();
}

TEST_F(RunnerTest, AFencedOwnerStops) {
  add(1);
  start();
  settle();
  ASSERT_EQ(count("submit"), 1);
  ++row().saga.version;  // somebody else has it now
  const Saga before = row().saga;
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(journal_.back(), "fenced -");
  EXPECT_EQ(row().saga.version, before.version);
  EXPECT_EQ(row().saga.status, before.status);
  EXPECT_EQ(runner_->active(), 0);
  stop();
}

TEST_F(RunnerTest, ASaveThatSurelyDidNothingIsRepeatedUntilTheLeaseEnds) {
  add_refused(1);
  provider_.answers = {settled()};
  store_.save_failures = {kUnavailable, kOverloaded, kRequestInProgress};
  start();
  settle();
  EXPECT_EQ(count("submit"), 0) << "nothing is sent before it is written down";
  for (int i = 0; i < 20; ++i) pass(milliseconds(100));
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(count("submit"), 1);
  stop();
}

TEST_F(RunnerTest, ASaveThatCannotBeMadeIsLeftToTheLease) {
  add_refused(1);
  store_.save_failures = std::deque<ProblemCode>(1'000, kUnavailable);
  start();
  settle();
  EXPECT_EQ(runner_->active(), 1);
  for (int i = 0; i < 40; ++i) pass(seconds(1));
  const std::int64_t tried = count("save UNAVAILABLE");
  EXPECT_GT(tried, 5);
  EXPECT_LT(tried, 100);
  EXPECT_EQ(count("submit"), 0);
  EXPECT_GE(count("claim 1"), 2) << "the lease brought it back";
  store_.save_failures.clear();
  provider_.answers = {settled()};
  for (int i = 0; i < 40; ++i) pass(seconds(1));
  EXPECT_EQ(row().saga.status, kCompleted);
  stop();
}

TEST_F(RunnerTest, ASaveOfUnknownOutcomeIsNeverRepeated) {
  add_refused(1);
  store_.save_failures = {kOutcomeUnknown};
  provider_.answers = {settled()};
  start();
  settle();
  EXPECT_EQ(journal_, (Journal{"claim 1", "save OUTCOME_UNKNOWN"}));
  EXPECT_EQ(runner_->active(), 0);
  pass(seconds(31));
  EXPECT_EQ(row().saga.status, kCompleted) << "the next claim sees the truth";
  stop();
}

TEST_F(RunnerTest, StopWaitsForWhatIsUnderWayAndGivesTheRestBack) {
  add(1);
  start();
  settle();
  ASSERT_EQ(count("submit"), 1);
  bool stopped = false;
  begin_stop(stopped);
  settle();
  EXPECT_FALSE(stopped);
  provider_.answer_all(unanswered());
  settle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(runner_->active(), 0);
  EXPECT_EQ(journal_,
            (Journal{"claim 1", "choose submitting", "submit", "save asking", "release"}));
  EXPECT_EQ(row().due, clock_.monotonic()) << "due at once for another instance";
  add(2);
  pass(seconds(10));
  EXPECT_EQ(count("claim 1"), 1) << "nothing is claimed any more";
}

TEST_F(RunnerTest, StopWaitsNoLongerThanItsTimeout) {
  add(1);
  start();
  settle();
  bool stopped = false;
  begin_stop(stopped);
  settle();
  EXPECT_FALSE(stopped);
  pass(seconds(6));
  EXPECT_TRUE(stopped);
  EXPECT_EQ(runner_->active(), 1);
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(runner_->active(), 0) << "what it did is written down all the same";
  EXPECT_EQ(row().saga.status, kCompleted);
}

TEST_F(RunnerTest, StopOfAnIdleRunnerIsImmediate) {
  start();
  settle();
  stop();
  EXPECT_TRUE(journal_.empty());
}

TEST_F(RunnerTest, TheQueueIsLeftAloneWhileNoProviderCanBeChosen) {
  add(1);
  add(2);
  row(2).saga = submitting(row(2).saga, "a");
  provider_.answers = {pending()};
  book_.set_circuit(ProviderKind::processor, "a", routing::CircuitOverride::open);
  start();
  settle();
  EXPECT_EQ(row(1).saga.version, 0) << "it costs nothing";
  EXPECT_EQ(row(2).saga.legs[0].state, LegState::polling) << "what is out there is asked about";
  book_.set_circuit(ProviderKind::processor, "a", routing::CircuitOverride::automatic);
  pass(seconds(1));
  EXPECT_EQ(row(1).saga.legs[0].state, LegState::polling);
  stop();
}

TEST_F(RunnerTest, NoMoreThanItsConcurrencyIsInMemory) {
  for (std::uint8_t i = 1; i <= 20; ++i) add(i);
  start();
  settle();
  EXPECT_EQ(runner_->active(), 4);
  EXPECT_EQ(provider_.under_way, 4);
  provider_.answer_all(settled());
  settle();
  for (int i = 0; i < 20; ++i) pass(settings_.idle_interval);
  EXPECT_LE(provider_.most_under_way, 4);
  for (const auto& [id, row] : store_.rows) EXPECT_EQ(row.saga.status, kCompleted);
  EXPECT_EQ(count("submit"), 20);
  stop();
}

TEST_F(RunnerTest, NewWorkIsTakenUpWhenItIsTold) {
  provider_.answers = {settled()};
  Runner& runner = start();
  settle();
  add(1);
  settle();
  EXPECT_EQ(count("claim 1"), 0);
  runner.wake(Bucket(0), kTenant);
  settle();
  EXPECT_EQ(row().saga.status, kCompleted) << "without waiting for the interval";
  stop();
}

TEST_F(RunnerTest, AProviderThatIsNotConfiguredAnyMoreIsNoReasonToGiveUp) {
  add(1);
  add(2);
  row(2).saga =
      on_submitted(submitting(row(2).saga, "gone"), pending(), at(seconds(0)), Policy{}).saga;
  configured_ = false;
  start();
  for (int i = 0; i < 100; ++i) pass(seconds(10));
  EXPECT_EQ(row(1).saga.status, "PROCESSING");
  EXPECT_EQ(row(1).saga.parked_reason, "");
  EXPECT_EQ(row(2).saga.legs[0].provider, "gone");
  EXPECT_EQ(count("submit"), 0);
  configured_ = true;
  provider_.answers = {settled()};
  for (int i = 0; i < 100; ++i) pass(seconds(10));
  EXPECT_EQ(row(1).saga.status, kCompleted);
  EXPECT_EQ(row(2).saga.status, kCompleted);
  stop();
}

TEST_F(RunnerTest, AProviderThatAnswersInItsOwnFormIsWell) {
  for (const bool in_own_form : {true, false}) {
    Outcome refusal = turned_down();
    refusal.in_own_form = in_own_form;
    provider_.answers = {refusal, outcome(Status::unknown)};
    add(in_own_form ? 1 : 2);
    if (in_own_form) start();
    runner_->wake(Bucket(0), kTenant);
    settle();
    EXPECT_EQ(book_.status()[0].failure_rate_millionths, in_own_form ? 0 : 500'000);
  }
  stop();
}

TEST_F(RunnerTest, AParkingIsLoggedOnce) {
  settings_.policy.max_attempts = 2;
  settings_.policy.backoff_max = seconds(1);
  for (int attempt = 0; attempt < 5; ++attempt) {
    provider_.answers.push_back(turned_down());
    provider_.answers.push_back(outcome(Status::not_found));
    provider_.answers.push_back(outcome(Status::not_found));
  }
  provider_.answers.push_back(settled());
  add(1);
  testing::internal::CaptureStderr();
  start();
  settle();
  for (int turn = 0; turn < 300 && row().saga.status != kCompleted; ++turn) pass(seconds(1));
  stop();
  EXPECT_TRUE(telemetry::flush_log(minutes(1)));
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(row().saga.status, kCompleted);
  const std::size_t first = logged.find("payment status changed");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(logged.find("REFUSED_TOO_OFTEN"), std::string::npos) << logged;
  EXPECT_EQ(runner_->statistics().counts.parked, 1);
  EXPECT_EQ(runner_->statistics().counts.completed, 1);
  EXPECT_EQ(logged.find("payment status changed", first + 1), std::string::npos) << logged;
}

TEST_F(RunnerTest, ARefundWaitsForWhoHoldsTheMoney) {
  settings_.plan = &kTwoLegPlan;
  store_.rows.insert_or_assign(id_of(1), FakeSagas::Row{.saga = compensating()});
  provider_.answers = {settled("refund-tx")};
  start();
  settle();
  // "in" is no provider of the book: no call may be begun, so it waits and is not parked.
  EXPECT_EQ(row().saga.status, kCompensating);
  EXPECT_EQ(row().saga.legs[2].provider, "in");
  EXPECT_EQ(row().saga.parked_reason, "");
  stop();
}

}  // namespace
}  // namespace remit::engine
