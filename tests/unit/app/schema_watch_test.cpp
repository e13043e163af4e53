#include "schema_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::app {
namespace {

using storage::SchemaFit;
using storage::SchemaReport;

class SchemaWatchTest : public testing::Test {
 protected:
  ~SchemaWatchTest() override {
    watch_.job().stop();
    test::run_until(loop_, [this] { return watch_.job().has_ended(); });
  }

  void start() {
    watch_.job().start();
    settle();
  }
  /// Until the watch waits for its next look.
  void settle() {
    test::run_until(loop_, [this] { return watch_.job().has_ended() || alarms_.waiting() == 1; });
  }
  void let_pass(Duration duration) {
    const int before = looks_;
    alarms_.advance(duration);
    test::run_until(loop_, [&] { return looks_ > before; });
    settle();
  }
  Task<Result<SchemaReport>> look() {
    ++looks_;
    co_return report_;
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp{}};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  int looks_ = 0;
  Result<SchemaReport> report_ = SchemaReport{};
  std::vector<SchemaFit> changes_;
  SchemaWatch watch_{
      {loop_.get_executor(), alarms_, clock_},
      {.look = [this] { return look(); },
       .on_change = [this](const SchemaReport& report) { changes_.push_back(report.fit); }}};
};

TEST_F(SchemaWatchTest, TellsOnceThatANewerInstanceIsThere) {
  start();
  report_ = SchemaReport{SchemaFit::superseded, "newer"};
  let_pass(std::chrono::seconds(1));
  let_pass(std::chrono::seconds(1));
  EXPECT_EQ(changes_, std::vector{SchemaFit::superseded});
}

TEST_F(SchemaWatchTest, TellsOfTheWorseAfterTheBadAndIsDoneThen) {
  report_ = SchemaReport{SchemaFit::superseded, "newer"};
  start();
  report_ = SchemaReport{SchemaFit::outdated, "much newer"};
  let_pass(std::chrono::seconds(1));
  EXPECT_EQ(changes_, (std::vector{SchemaFit::superseded, SchemaFit::outdated}));
  EXPECT_TRUE(watch_.job().has_ended());
}

TEST_F(SchemaWatchTest, AFitUnreadyOrUnknownSchemaChangesNothing) {
  start();
  report_ = SchemaReport{SchemaFit::unfit, "half restored"};
  let_pass(std::chrono::seconds(1));
  report_ = fail(kUnavailable, "no connection");
  let_pass(std::chrono::seconds(1));
  EXPECT_TRUE(changes_.empty());
}

TEST_F(SchemaWatchTest, ADoubtIsLookedIntoAtOnceUnlessItHasJustLooked) {
  start();
  EXPECT_EQ(looks_, 1);
  watch_.doubt();
  loop_.poll();
  EXPECT_EQ(looks_, 1);
  clock_.advance(std::chrono::milliseconds(200));
  watch_.doubt();
  test::run_until(loop_, [this] { return looks_ == 2; });
  settle();
}

}  // namespace
}  // namespace remit::app
