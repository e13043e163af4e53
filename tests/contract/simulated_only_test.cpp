// What PostgreSQL does to a process that dies, pauses, or wants too much, and the simulated
// database with it. The real thing is shown by the tests of storage and of faults.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "contract/contract_test.hpp"
#include "remit/payments/charge_operations.hpp"
#include "simulation/database_impl.hpp"
#include "simulation/machine.hpp"
#include "simulation/simulated_database.hpp"
#include "support/tenants.hpp"

namespace remit::contract {
namespace {

using payments::ChargeAcceptance;
using simulation::Database;
using simulation::Machine;
using simulation::Random;
using simulation::Schedule;
using simulation::SimulatedDatabase;

struct Process {
  Process(Schedule& schedule, Database& server)
      : machine(schedule, kStart), database(machine, server) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { machine.kill(); }

  Machine machine;
  SimulatedDatabase database;
};

class SimulatedDatabaseTest : public testing::Test {
 protected:
  SimulatedDatabaseTest() {
    start(one_);
    start(other_);
    pass(seconds(1));
  }

  void start(std::optional<Process>& process) { process.emplace(schedule_, database_); }
  void pass(Duration time) {
    const Duration end = schedule_.now() + time;
    run_ready();
    while (schedule_.run_next(end)) run_ready();
  }
  void run_ready() {
    if (one_) one_->machine.run_ready();
    if (other_) other_->machine.run_ready();
  }
  Begun<ChargeAcceptance> accept(std::optional<Process>& process, Uuid id,
                                 std::int64_t minor = 100) {
    payments::ChargeRequest request{.tenant = kTenant,
                                    .correlation_id = id,
                                    .amount = {minor, Currency::BRL},
                                    .now = kStart,
                                    .origin = {}};
    auto begun = std::make_shared<std::optional<Result<ChargeAcceptance>>>();
    process->machine.spawn(keep(process->database.run<payments::AcceptCharge>(request), begun));
    run_ready();
    return begun;
  }
  std::size_t sagas() { return database_.committed().saga_count(); }
  /// Every transaction takes so long.
  void take(Duration time) { database_.weather.shortest = database_.weather.longest = time; }

  Schedule schedule_;
  Database database_{schedule_, Random(4), kStart};
  std::optional<Process> one_;
  std::optional<Process> other_;
  SeededUuidSource ids_{5};
};

TEST_F(SimulatedDatabaseTest, ADeadProcessesTransactionIsCommittedOrRolledBackAndReleasesItsLocks) {
  std::size_t survived = 0;
  constexpr int kDeaths = 60;
  for (int i = 1; i <= kDeaths; ++i) {
    take(milliseconds(100));
    const Uuid id = ids_.next();
    const std::size_t before = sagas();
    const auto lost = accept(one_, id);
    pass(milliseconds(100) * i / (kDeaths + 1));
    one_.reset();
    const auto waits = accept(other_, id);
    pass(seconds(2));
    EXPECT_FALSE(*lost) << "nobody is there to be told";
    ASSERT_TRUE(*waits && **waits) << "nobody holds it any more";
    survived += (**waits)->answer.replayed ? 1U : 0U;
    EXPECT_EQ(sagas(), before + 1);
    start(one_);
    pass(seconds(1));
  }
  EXPECT_GT(survived, 0U);
  EXPECT_LT(survived, static_cast<std::size_t>(kDeaths));
}

TEST_F(SimulatedDatabaseTest, APausedProcessLosesItsTransactionAndRunsItAgain) {
  take(seconds(8));
  const Uuid id = ids_.next();
  const auto paused = accept(one_, id);
  pass(milliseconds(1));
  one_->machine.pause();
  take(milliseconds(10));
  pass(seconds(9));
  const auto refused = accept(other_, id);
  pass(seconds(4));
  EXPECT_EQ((*refused)->error().code, kRequestInProgress) << "it may still commit";
  pass(seconds(20));
  const auto accepted = accept(other_, id);
  pass(seconds(4));
  EXPECT_FALSE((**accepted)->answer.replayed) << "the server has ended it";
  one_->machine.resume();
  pass(seconds(5));
  ASSERT_TRUE(*paused && **paused);
  EXPECT_TRUE((**paused)->answer.replayed);
  EXPECT_EQ(sagas(), 1U);
}

TEST_F(SimulatedDatabaseTest, ALongWaitIsUnavailable) {
  take(seconds(8));
  std::vector<Begun<ChargeAcceptance>> running;
  for (int i = 0; i < 2; ++i) {
    running.push_back(accept(one_, ids_.next()));
    pass(milliseconds(1));
  }
  const auto queued = accept(one_, ids_.next());
  pass(seconds(4));
  EXPECT_FALSE(*queued);
  pass(seconds(1));
  EXPECT_EQ((*queued)->error().code, kUnavailable);
  pass(seconds(4));
  for (const auto& one : running) EXPECT_TRUE(**one);
  EXPECT_EQ(sagas(), 2U);
}

TEST_F(SimulatedDatabaseTest, AFullQueueIsOverloaded) {
  take(seconds(1));
  for (int i = 0; i < 2; ++i) {
    accept(one_, ids_.next());
    pass(milliseconds(1));
  }
  std::vector<Begun<ChargeAcceptance>> begun;
  for (int i = 0; i < 20'001; ++i) begun.push_back(accept(one_, ids_.next()));
  ASSERT_TRUE(*begun.back());
  EXPECT_EQ((*begun.back())->error().code, kOverloaded);
  EXPECT_FALSE(*begun.front());
}

TEST_F(SimulatedDatabaseTest, AStopInTheMiddleOfCommitsLeavesDoubtAndEitherOutcome) {
  int done = 0;
  int undone = 0;
  for (int i = 1; i < 60; ++i) {
    take(milliseconds(100));
    const std::size_t before = sagas();
    const auto doubtful = accept(one_, ids_.next());
    pass(milliseconds(100) * i / 60);
    database_.stop();
    pass(seconds(6));
    ASSERT_TRUE(*doubtful && !**doubtful);
    EXPECT_EQ((*doubtful)->error().code, kOutcomeUnknown);
    (sagas() > before ? done : undone) += 1;
    database_.start();
    pass(seconds(10));
  }
  EXPECT_GT(done, 0);
  EXPECT_GT(undone, 0);
}

TEST_F(SimulatedDatabaseTest, ALostCommitStaysInDoubtWhenTheNextRunMeetsALock) {
  constexpr int kTimes = 20;
  int locked = 0;
  for (int i = 0; i < kTimes; ++i) {
    take(milliseconds(100));
    database_.impl().lose_next_undone = true;
    const Uuid id = ids_.next();
    const auto doubtful = accept(one_, id);
    pass(milliseconds(95));
    take(seconds(10));
    const auto holder = accept(other_, id);
    pass(milliseconds(1));
    take(milliseconds(100));
    pass(seconds(5));
    ASSERT_TRUE(*doubtful);
    if (!**doubtful) {
      EXPECT_EQ((*doubtful)->error().code, kOutcomeUnknown) << (*doubtful)->error().code.name;
      ++locked;
    }
    pass(seconds(10));
    EXPECT_TRUE(*holder && **holder);
  }
  EXPECT_GT(locked, kTimes / 2);
}

TEST_F(SimulatedDatabaseTest, ConnectionErrorsReportTheTrueOutcome) {
  database_.weather.lost_before_commit = 200;
  database_.weather.lost_undone = 200;
  database_.weather.lost_done = 200;
  int unknown = 0;
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t before = sagas();
    const auto begun = accept(one_, ids_.next());
    pass(seconds(2));
    ASSERT_TRUE(*begun);
    if (**begun) {
      EXPECT_EQ(sagas(), before + 1);
      found += (*begun)->value().answer.replayed ? 1 : 0;  // by the second run of its own statement
    } else {
      EXPECT_EQ((*begun)->error().code, kOutcomeUnknown);
      ++unknown;
    }
  }
  EXPECT_GT(unknown, 0);
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace remit::contract
