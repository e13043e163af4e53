#include "heartbeat.hpp"

#include <gtest/gtest.h>

namespace remit::net {
namespace {

using std::chrono::seconds;
using Act = Heartbeat::Act;

class HeartbeatTest : public testing::Test {
 protected:
  /// "wait 20", "ping", "give up".
  std::string at(int second) {
    const Heartbeat::Step step = heartbeat_.next(seconds(second));
    if (step.act == Act::ping) return "ping";
    if (step.act == Act::give_up) return "give up";
    return "wait " + std::to_string(std::chrono::duration_cast<seconds>(step.delay).count());
  }

  WebSocketSettings settings_{.ping_interval = seconds(20),
                              .pong_timeout = seconds(10),
                              .write_timeout = seconds(8),
                              .close_timeout = seconds(2)};
  Heartbeat heartbeat_{settings_, seconds(100), seconds(15)};
};

TEST_F(HeartbeatTest, PingsFollowTheFirstAtTheirInterval) {
  EXPECT_EQ(at(100), "wait 15");
  EXPECT_EQ(at(115), "ping");
  heartbeat_.on_heard();
  EXPECT_EQ(at(116), "wait 19");
  EXPECT_EQ(at(135), "ping");
}

TEST_F(HeartbeatTest, APeerThatDoesNotAnswerIsGivenUp) {
  EXPECT_EQ(at(115), "ping");
  EXPECT_EQ(at(115), "wait 10");
  EXPECT_EQ(at(124), "wait 1");
  EXPECT_EQ(at(125), "give up");
}

TEST_F(HeartbeatTest, AnyByteIsAnAnswer) {
  EXPECT_EQ(at(115), "ping");
  heartbeat_.on_heard();
  EXPECT_EQ(at(125), "wait 10");
}

TEST_F(HeartbeatTest, AnAnswerMayTakeLongerThanTheInterval) {
  settings_.pong_timeout = seconds(50);
  Heartbeat patient(settings_, seconds(0), seconds(20));
  EXPECT_EQ(patient.next(seconds(20)).act, Act::ping);
  EXPECT_EQ(patient.next(seconds(40)).act, Act::ping);
  EXPECT_EQ(patient.next(seconds(69)).act, Act::ping);
  EXPECT_EQ(patient.next(seconds(70)).act, Act::give_up);
}

TEST_F(HeartbeatTest, APeerThatTakesNothingIsGivenUp) {
  heartbeat_.on_stalled(seconds(101));
  heartbeat_.on_stalled(seconds(104));
  EXPECT_EQ(at(104), "wait 5");
  heartbeat_.on_progress();
  EXPECT_EQ(at(109), "wait 6");
  heartbeat_.on_stalled(seconds(110));
  EXPECT_EQ(at(118), "give up");
}

TEST_F(HeartbeatTest, AClosingSocketIsGivenUpInTimeAndNotPinged) {
  heartbeat_.on_closing(seconds(114));
  heartbeat_.on_closing(seconds(115));
  EXPECT_EQ(at(115), "wait 1");
  EXPECT_EQ(at(116), "give up");
}

}  // namespace
}  // namespace remit::net
