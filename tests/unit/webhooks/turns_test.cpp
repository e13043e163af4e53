#include "turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::webhooks {
namespace {

using namespace std::chrono_literals;

class TurnsTest : public testing::Test {
 protected:
  /// Waits until the test is over, and is in the order when it has been given a place.
  void ask(const std::string& name, Duration timeout = 1h) {
    names_.push_back(std::make_unique<Waiting>(Waiting{name, alarms_.make_alarm()}));
    boost::asio::co_spawn(loop_, wait(*names_.back(), timeout), boost::asio::detached);
    loop_.restart();
    loop_.poll();
  }
  void give_back() {
    turns_.give_back();
    loop_.restart();
    loop_.poll();
  }

  struct Waiting {
    std::string name;
    std::unique_ptr<Alarm> alarm;
  };
  Task<void> wait(Waiting& one, Duration timeout) {
    const bool has_place = co_await turns_.take(*one.alarm, clock_, timeout);
    order_.push_back(one.name + (has_place ? "" : " in vain"));
  }

  boost::asio::io_context loop_;
  remit::test::ManualClock clock_{Timestamp{}};
  remit::test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  std::vector<std::unique_ptr<Waiting>> names_;
  std::vector<std::string> order_;
  Turns turns_{2};
};

using Order = std::vector<std::string>;

TEST_F(TurnsTest, APlaceThatIsFreeIsTakenAtOnce) {
  ask("a");
  ask("b");
  EXPECT_EQ(order_, (Order{"a", "b"}));
  EXPECT_EQ(turns_.free(), 0);
}

TEST_F(TurnsTest, PlacesAreGivenInTheOrderOfAsking) {
  for (const char* name : {"a", "b", "c", "d"}) ask(name);
  give_back();
  give_back();
  EXPECT_EQ(order_, (Order{"a", "b", "c", "d"}));
  give_back();
  EXPECT_EQ(turns_.free(), 1);
}

TEST_F(TurnsTest, AWaiterWhoseTimeIsOverLeavesTheOthersTheirPlaces) {
  for (const char* name : {"a", "b"}) ask(name);
  ask("c", 5s);
  ask("d");
  alarms_.advance(6s);
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(order_, (Order{"a", "b", "c in vain"}));
  give_back();
  EXPECT_EQ(order_.back(), "d");
}

TEST_F(TurnsTest, WhenTheyAreClosedNoOneWaits) {
  for (const char* name : {"a", "b", "c"}) ask(name);
  turns_.close();
  loop_.restart();
  loop_.poll();
  ask("d");
  EXPECT_EQ(order_, (Order{"a", "b", "c in vain", "d in vain"}));
}

}  // namespace
}  // namespace remit::webhooks
