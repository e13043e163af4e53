#include "remit/engine/total_merger.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>

#include "remit/engine/total_operations.hpp"
#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers what it was told to, then that there was nothing.
class FakeTotals {
 public:
  explicit FakeTotals(test::FakeDatabase& database) {
    database.on<MergeTotals>([this](const MergeTotals::Input& input) { return merge(input); });
  }

  Result<std::int64_t> merge(const MergeTotals::Input& input) {
    limits.push_back(input.limit);
    Result<std::int64_t> answer = 0;
    if (!answers.empty()) {
      answer = std::move(answers.front());
      answers.pop_front();
    }
    return answer;
  }

  std::deque<Result<std::int64_t>> answers;
  std::vector<std::int64_t> limits;
};

class TotalMergerTest : public testing::Test {
 protected:
  void start() {
    merger_.job().start();
    await_rest();
  }
  void TearDown() override {
    merger_.job().stop();
    test::run_until(context_, [this] { return merger_.job().has_ended(); });
  }
  void await_rest() {
    test::run_until(context_, [this] { return alarms_.waiting() == 1; });
  }
  /// Lets `time` pass, and all that are awake go on.
  void pass(Duration time) {
    alarms_.advance(time);
    context_.restart();
    context_.poll();
  }
  [[nodiscard]] std::size_t merges() const { return store_.limits.size(); }

  boost::asio::io_context context_;
  test::ManualClock clock_{Timestamp{}};
  test::ManualAlarms alarms_{context_.get_executor(), clock_};
  SeededUuidSource ids_{3};
  test::FakeDatabase database_{context_.get_executor()};
  FakeTotals store_{database_};
  TotalMerger merger_{{context_.get_executor(), alarms_, clock_},
                      {.database = database_, .ids = ids_},
                      {.interval = seconds(2), .backlog_pause = milliseconds(50), .batch = 100}};
};

TEST_F(TotalMergerTest, MergesABatchNowAndThen) {
  store_.answers = {99, 3};
  start();
  EXPECT_EQ(merges(), 1U);
  for (std::size_t turn = 2; turn < 10; ++turn) {
    pass(milliseconds(1'499));
    EXPECT_EQ(merges(), turn - 1) << "not yet";
    pass(milliseconds(1'001));
    EXPECT_EQ(merges(), turn);
  }
  EXPECT_EQ(store_.limits, std::vector<std::int64_t>(9, 100));
}

TEST_F(TotalMergerTest, AFullBatchIsSoonFollowedByTheNext) {
  store_.answers = {100, 100, 7};
  start();
  pass(milliseconds(49));
  EXPECT_EQ(merges(), 1U) << "others have their time in between";
  pass(milliseconds(1));
  pass(milliseconds(50));
  EXPECT_EQ(merges(), 3U);
  pass(milliseconds(50));
  EXPECT_EQ(merges(), 3U) << "nothing was left";
}

TEST_F(TotalMergerTest, AFailedMergeIsRetriedNextTime) {
  store_.answers = {fail(kUnavailable, "no connection"), 5};
  start();
  pass(milliseconds(1'499));
  EXPECT_EQ(merges(), 1U);
  pass(milliseconds(1'001));
  EXPECT_EQ(merges(), 2U);
}

TEST_F(TotalMergerTest, EndsWhenItIsStopped) {
  start();
  merger_.job().stop();
  test::run_until(context_, [this] { return merger_.job().has_ended(); });
  pass(seconds(3));
  EXPECT_EQ(merges(), 1U);
}

}  // namespace
}  // namespace remit::engine
