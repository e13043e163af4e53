#include "remit/sandbox/pauses.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "support/manual_alarms.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class PausesTest : public ::testing::Test {
 protected:
  std::shared_ptr<std::optional<bool>> wait(Duration delay) {
    auto outcome = std::make_shared<std::optional<bool>>();
    boost::asio::co_spawn(loop_, pauses_.wait(delay),
                          [outcome](std::exception_ptr, bool passed) { *outcome = passed; });
    poll();
    return outcome;
  }
  void poll() {
    loop_.restart();
    loop_.poll();
  }

  boost::asio::io_context loop_{1};
  test::ManualClock clock_{Timestamp()};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  Pauses pauses_{alarms_};
};

TEST_F(PausesTest, PassAfterTheirDelayAndAtOnceWithoutOne) {
  const auto outcome = wait(5s);
  EXPECT_EQ(*wait(0s), true);
  alarms_.advance(4s);
  poll();
  EXPECT_EQ(*outcome, std::nullopt);
  alarms_.advance(1s);
  poll();
  EXPECT_EQ(*outcome, true);
}

TEST_F(PausesTest, TheEndEndsThoseUnderWayAndThoseToCome) {
  const auto first = wait(5s);
  const auto second = wait(1h);
  pauses_.end();
  poll();
  EXPECT_EQ(*first, false);
  EXPECT_EQ(*second, false);
  EXPECT_EQ(*wait(5s), false);
  EXPECT_EQ(*wait(0s), false);
}

}  // namespace
}  // namespace remit::sandbox
