#include "access.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::app {
namespace {

using namespace std::chrono_literals;

class AccessTest : public testing::Test {
 protected:
  /// How many alarms are waited for once it has been started.
  std::size_t waiting(config::AuthMode mode) {
    config::Config config;
    config.auth.mode = mode;
    Access access({loop_.get_executor(), alarms_, clock_}, database_, ids_, config);
    access.start();
    loop_.restart();
    loop_.poll();
    const std::size_t waiting = alarms_.waiting();
    access.job().stop();
    EXPECT_TRUE(test::run(loop_, access.job().ended(1s)));
    return waiting;
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  test::FakeDatabase database_{loop_.get_executor()};
  SeededUuidSource ids_{1};
};

TEST_F(AccessTest, KeysAreKeptCurrentWhereTheyAreAskedFor) {
  EXPECT_EQ(waiting(config::AuthMode::keys), 1U);
  EXPECT_EQ(waiting(config::AuthMode::none), 0U) << "nothing wakes in vain";
}

}  // namespace
}  // namespace remit::app
