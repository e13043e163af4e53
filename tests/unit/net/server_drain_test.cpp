// How a server ends: nothing that a client has sent by then is lost.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <vector>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;

const std::string kGet = "GET /show HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kHeld = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";

class ServerDrain : public ServerTest {
 protected:
  std::future<void> begin_drain() {
    return boost::asio::co_spawn(loop_.context(), server_->drain(15s), boost::asio::use_future);
  }
  /// Begins it in the turn of the loop in which `first` is done.
  template <class First>
  std::future<void> begin_drain_after(First first) {
    return loop_.call([&] {
      first();
      return begin_drain();
    });
  }
  [[nodiscard]] bool is_listening() const {
    try {
      static_cast<void>(connect());
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  static void expect_answer(test::RawSocket& socket, const std::string& connection) {
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->header("connection"), connection);
  }
};

TEST_F(ServerDrain, RequestsInFlightFinishAndIdleConnectionsEnd) {
  start();
  test::RawSocket idle = connect();
  idle.send(kGet);
  ASSERT_TRUE(idle.read_answer());
  test::RawSocket busy = connect();
  busy.send(kHeld);
  wait_until([this] { return gate_->entered == 1; });

  auto drained =
      boost::asio::co_spawn(loop_.context(), server_->drain(15s), boost::asio::use_future);
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(is_listening());
  EXPECT_NE(drained.wait_for(0s), std::future_status::ready);
  open_gate();
  const auto answer = busy.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "\"held\"");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_EQ(busy.read_to_end(), "");
  drained.get();
  EXPECT_EQ(loop_.call([this] { return server_->open_connections(); }), 0U);
}

TEST_F(ServerDrain, OpenConnectionsAreClosedAfterTheTimeout) {
  start();
  test::RawSocket stuck = connect();
  stuck.send("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{");
  test::RawSocket held = connect();
  held.send(kHeld);
  wait_until([this] { return gate_->entered == 1; });
  auto drained =
      boost::asio::co_spawn(loop_.context(), server_->drain(20ms), boost::asio::use_future);
  EXPECT_EQ(stuck.read_to_end(), "");
  EXPECT_EQ(held.read_to_end(), "");
  EXPECT_NE(drained.wait_for(0s), std::future_status::ready);
  open_gate();
  drained.get();
}

TEST_F(ServerDrain, AnEmptyServerDrainsAtOnceAndTwice) {
  start();
  loop_.run(server_->drain(15s));
  loop_.run(server_->drain(15s));
}

TEST_F(ServerDrain, PipelinedRequestsAreAllAnsweredAndTheLastAnswerSaysClose) {
  start();
  test::RawSocket busy = connect();
  busy.send(kHeld + kGet);
  wait_until([this] { return gate_->entered == 1; });
  auto drained = begin_drain_after([&] { busy.send(kGet + kGet); });
  open_gate();
  for (int i = 0; i < 3; ++i) expect_answer(busy, "");
  expect_answer(busy, "close");
  EXPECT_EQ(busy.read_to_end(), "");
  drained.get();
}

TEST_F(ServerDrain, ConnectionsInTheBacklogAreServed) {
  start();
  std::vector<test::RawSocket> waiting;
  auto drained = begin_drain_after([&] {
    for (int i = 0; i < 100; ++i) {
      waiting.push_back(connect());
      waiting.back().send(kGet);
    }
  });
  for (test::RawSocket& socket : waiting) expect_answer(socket, "close");
  drained.get();
}

TEST_F(ServerDrain, ConnectionsInTheBacklogOfAUnixSocketAreServed) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("remit-drain-test-" + std::to_string(::getpid()) + ".sock"))
                               .string();
  settings_.listen = {"unix:" + path};
  start();
  std::vector<test::RawSocket> waiting;
  auto drained = begin_drain_after([&] {
    for (int i = 0; i < 20; ++i) {
      waiting.push_back(test::RawSocket::to_unix(path));
      waiting.back().send(kGet);
    }
  });
  for (test::RawSocket& socket : waiting) expect_answer(socket, "close");
  drained.get();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerDrain, ANewConnectionMaySendItsFirstRequest) {
  settings_.arrival_timeout = 15s;
  start();
  test::RawSocket fresh = connect();
  wait_until([this] { return server_->open_connections() == 1; });
  auto drained = begin_drain();
  while (is_listening()) {
  }
  fresh.send(kGet);
  expect_answer(fresh, "close");
  drained.get();
}

TEST_F(ServerDrain, ANewConnectionThatStaysSilentIsNotWaitedForLong) {
  settings_.header_timeout = settings_.arrival_timeout = 40ms;
  start();
  test::RawSocket silent = connect();
  wait_until([this] { return server_->open_connections() == 1; });
  begin_drain().get();
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(ServerDrain, ARequestThatHasComeOnAnIdleConnectionIsAnswered) {
  start();
  test::RawSocket idle = connect();
  idle.send(kGet);
  expect_answer(idle, "");
  auto drained = begin_drain_after([&] { idle.send(kGet); });
  expect_answer(idle, "close");
  drained.get();
}

TEST_F(ServerDrain, RetiredConnectionsEndWithTheirNextAnswerAndNewOnesAreServed) {
  start();
  test::RawSocket kept = connect();
  kept.send(kGet);
  expect_answer(kept, "");
  loop_.call([this] {
    server_->retire_connections();
    return true;
  });
  for (int i = 0; i < 3; ++i) {
    test::RawSocket later = connect();
    later.send(kGet);
    expect_answer(later, "close");
  }
  kept.send(kGet + kGet);
  expect_answer(kept, "");
  expect_answer(kept, "close");
  EXPECT_EQ(kept.read_to_end(), "");
}

}  // namespace
}  // namespace remit::net
