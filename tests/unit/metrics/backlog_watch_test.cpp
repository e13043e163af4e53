#include "remit/metrics/backlog_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::metrics {
namespace {

using engine::Backlog;
using engine::MeasureBacklog;
using std::chrono::seconds;

class BacklogWatchTest : public testing::Test {
 protected:
  BacklogWatchTest() {
    database_.on<MeasureBacklog>([this](const MeasureBacklog::Input& input) {
      asked_ = input.kinds;
      ++questions_;
      return answer_;
    });
  }
  void start() {
    watch_.job().start();
    await_rest();
  }
  void await_rest() {
    test::run_until(context_, [this] { return alarms_.waiting() == 1; });
  }
  void pass(Duration time) {
    const int before = questions_;
    alarms_.advance(time);
    test::run_until(context_, [&] { return questions_ > before && alarms_.waiting() == 1; });
  }
  void TearDown() override {
    watch_.job().stop();
    test::run_until(context_, [this] { return watch_.job().has_ended(); });
  }

  boost::asio::io_context context_;
  test::ManualClock clock_{Timestamp()};
  test::ManualAlarms alarms_{context_.get_executor(), clock_};
  test::FakeDatabase database_{context_.get_executor()};
  BacklogWatch watch_{{context_.get_executor(), alarms_, clock_}, database_, {"charge"}};
  Result<std::vector<Backlog>> answer_ =
      std::vector<Backlog>{{.kind = "charge", .due = 3, .oldest = seconds(7)}};
  std::vector<std::string> asked_;
  int questions_ = 0;
};

TEST_F(BacklogWatchTest, KnowsNothingBeforeItHasAsked) { EXPECT_TRUE(watch_.latest().empty()); }

TEST_F(BacklogWatchTest, MeasuresAtTheStartAndEveryFiveSeconds) {
  start();
  EXPECT_EQ(asked_, std::vector<std::string>{"charge"});
  ASSERT_EQ(watch_.latest().size(), 1U);
  EXPECT_EQ(watch_.latest().front().due, 3);
  answer_->front().due = 4;
  pass(seconds(5));
  EXPECT_EQ(watch_.latest().front().due, 4);
  EXPECT_EQ(questions_, 2);
}

TEST_F(BacklogWatchTest, ForgetsWhatItHasNotSeenForLong) {
  start();
  answer_ = fail(kUnavailable, "away");
  pass(seconds(5));
  EXPECT_EQ(watch_.latest().size(), 1U) << "one failure says nothing";
  for (int i = 0; i < 6; ++i) pass(seconds(5));
  EXPECT_TRUE(watch_.latest().empty());
}

}  // namespace
}  // namespace remit::metrics
