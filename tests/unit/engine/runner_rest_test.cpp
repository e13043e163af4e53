// Sagas that stay in memory between their polls: what is not written, and what is.
#include <gtest/gtest.h>

#include <algorithm>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

class RunnerRestTest : public RunnerTest {
 protected:
  using RunnerTest::RunnerTest;
  void SetUp() override {
    settings_.policy.poll_interval = seconds(1);
    provider_.answers = {pending()};
  }

  /// Started, with `count` sagas that rest for the first time.
  void start_resting(std::uint8_t count = 1) {
    for (std::uint8_t i = 1; i <= count; ++i) add(i);
    start();
    settle();
    ASSERT_EQ(runner_->resting(), count);
    ASSERT_EQ(runner_->active(), 0);
    journal_.clear();
  }
  /// Longer than a rest.
  void poll_again() { pass(milliseconds(1500)); }
  [[nodiscard]] std::int64_t written() const {
    return std::ranges::count_if(journal_, [](const std::string& entry) {
      return entry.starts_with("save") || entry.starts_with("claim") || entry == "release";
    });
  }
};

TEST_F(RunnerRestTest, APollThatChangesNothingIsNotWritten) {
  add(1);
  start();
  settle();
  EXPECT_EQ(journal_, (Journal{"claim 1", "choose submitting", "submit", "save polling"}));
  EXPECT_EQ(row().due, clock_.monotonic() + settings_.lease) << "its lease is kept";
  EXPECT_EQ(runner_->active(), 0) << "it needs no permit";
  EXPECT_EQ(runner_->resting(), 1);
  journal_.clear();
  const std::int64_t version = row().saga.version;
  for (int i = 0; i < 5; ++i) poll_again();
  EXPECT_EQ(journal_, Journal(5, "query"));
  EXPECT_EQ(row().saga.version, version);
  provider_.answers = {settled()};
  poll_again();
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(row().saga.legs[0].polls, 6) << "all are counted in the end";
  EXPECT_EQ(written(), 1);
  EXPECT_EQ(runner_->resting(), 0);
  stop();
}

TEST_F(RunnerRestTest, ItsLeaseIsRenewedInTime) {
  start_resting();
  for (int i = 0; i < 80; ++i) {
    poll_again();
    EXPECT_GE(row().due, clock_.monotonic() + settings_.lease / 3 - seconds(2));
  }
  EXPECT_EQ(count("query"), 80);
  EXPECT_GE(count("save polling"), 4);
  EXPECT_LE(count("save polling"), 8) << "two minutes, and a lease of 30 s";
  EXPECT_EQ(written(), count("save polling"));
  for (const auto& context : provider_.contexts) EXPECT_TRUE(context.send_before);
  stop();
}

TEST_F(RunnerRestTest, ARestThatIsLongAgainstTheLeaseIsARow) {
  settings_.policy.poll_interval = seconds(28);
  add(1);
  start();
  settle();
  EXPECT_EQ(runner_->resting(), 0);
  EXPECT_LE(row().due, clock_.monotonic() + seconds(35));
  stop();
}

TEST_F(RunnerRestTest, ASagaFencedMeanwhileIsDropped) {
  start_resting(2);
  ++row(1).saga.version;  // a command, or another owner
  ++row(2).saga.version;
  const Saga before = row(1).saga;
  provider_.answers = {settled(), pending()};
  poll_again();
  EXPECT_EQ(count("fenced -"), 1);
  EXPECT_EQ(runner_->resting(), 1) << "as long as it only asks, it cannot know";
  for (int i = 0; i < 13; ++i) poll_again();
  EXPECT_EQ(count("fenced polling"), 1) << "when its lease was to be renewed";
  EXPECT_EQ(runner_->resting(), 0);
  EXPECT_EQ(row(1).saga, before);
  EXPECT_EQ(count("submit"), 0);
  stop();
}

TEST_F(RunnerRestTest, NothingIsSentAfterARestBeforeItIsWrittenDown) {
  provider_.answers = {unanswered(), outcome(Status::unknown, "timeout")};
  start_resting();
  ASSERT_EQ(row().saga.legs[0].state, LegState::asking);
  pass(seconds(1));
  ++row().saga.version;
  provider_.answers = {outcome(Status::not_found)};
  for (int i = 0; i < 20 && count("fenced submitting") == 0; ++i) poll_again();
  EXPECT_EQ(count("fenced submitting"), 1) << "it might be made elsewhere now, but is another's";
  EXPECT_EQ(count("submit"), 0);
  EXPECT_EQ(runner_->resting(), 0);
  stop();
}

TEST_F(RunnerRestTest, AStopGivesBackWhatIsLeftOfTheRests) {
  start_resting(4);
  const Duration rested = milliseconds(500);
  pass(rested);
  bool stopped = false;
  begin_stop(stopped);
  settle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(journal_, Journal(4, "save polling"));
  for (std::uint8_t i = 1; i <= 4; ++i) {
    EXPECT_GE(row(i).due, clock_.monotonic() + milliseconds(750) - rested);
    EXPECT_LE(row(i).due, clock_.monotonic() + milliseconds(1250) - rested);
  }
}

TEST_F(RunnerRestTest, ASagaThatComesToRestDuringAStopIsGivenBack) {
  provider_.answers.clear();
  add(1);
  start();
  settle();
  bool stopped = false;
  begin_stop(stopped);
  provider_.answer_all(pending());
  settle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(runner_->resting(), 0);
  EXPECT_LE(row().due, clock_.monotonic() + seconds(2));
}

TEST_F(RunnerRestTest, WithoutMemoryForItItIsARow) {
  settings_.resting_limit = 1;
  add(1);
  add(2);
  start();
  settle();
  EXPECT_EQ(runner_->resting(), 1);
  EXPECT_LE(std::min(row(1).due, row(2).due), clock_.monotonic() + seconds(2));
  journal_.clear();
  poll_again();
  EXPECT_EQ(count("query"), 2);
  EXPECT_EQ(count("claim 1"), 1);
  stop();
}

TEST_F(RunnerRestTest, WithoutAPermitItWaitsForItsTurn) {
  settings_.concurrency = 1;
  start_resting(2);
  provider_.answers.clear();
  poll_again();
  EXPECT_EQ(provider_.under_way, 1);
  EXPECT_EQ(runner_->resting(), 1);
  provider_.answer_all(pending());
  pass(settings_.idle_interval);
  EXPECT_EQ(count("query"), 2);
  EXPECT_EQ(runner_->resting(), 2);
  stop();
}

TEST_F(RunnerRestTest, ASagaWhoseTurnDoesNotComeIsGivenBack) {
  settings_.concurrency = 1;
  start_resting(2);
  provider_.answers.clear();
  for (int i = 0; i < 14; ++i) poll_again();
  EXPECT_EQ(count("query"), 1);
  EXPECT_EQ(runner_->resting(), 0);
  EXPECT_EQ(count("save polling"), 1) << "for any instance that has a permit";
  provider_.answer_all(settled());
  settle();
  stop();
}

TEST_F(RunnerRestTest, ATakeOverIsWrittenDownBeforeItRests) {
  add(1);
  row().saga = submitting(row().saga, "a");
  provider_.answers = {outcome(Status::unknown, "timeout")};
  start();
  settle();
  EXPECT_EQ(row().saga.legs[0].state, LegState::asking);
  EXPECT_EQ(runner_->resting(), 1);
  EXPECT_EQ(count("save asking"), 1);
  stop();
}

class RunnerRampsTest : public RunnerRestTest {
 protected:
  RunnerRampsTest()
      : RunnerRestTest({ramp(ProviderKind::onramp, "in"), ramp(ProviderKind::offramp, "out")}) {
    settings_.plan = &kTwoLegPlan;
  }

 private:
  static config::ProviderConfig ramp(ProviderKind kind, std::string name) {
    config::ProviderConfig provider = processor(std::move(name));
    provider.kind = kind;
    return provider;
  }
};

TEST_F(RunnerRampsTest, AConversionIsWrittenSixTimes) {
  store_.rows.insert_or_assign(id_of(1), FakeSagas::Row{.saga = new_saga(kTwoLegPlan)});
  provider_.answers = {pending("in-1"),  pending("in-1"),  settled(),
                       pending("out-1"), pending("out-1"), settled()};
  start();
  settle();
  for (int i = 0; i < 4; ++i) poll_again();
  EXPECT_EQ(row().saga.status, kCompleted);
  EXPECT_EQ(journal_,
            (Journal{"claim 1", "choose submitting", "submit", "save polling", "query", "query",
                     "save submitting", "submit", "save polling", "query", "query", "save -"}))
      << "accepted, claimed, accepted by the onramp, settled and chosen for, accepted by the "
         "offramp, completed";
  stop();
}

}  // namespace
}  // namespace remit::engine
