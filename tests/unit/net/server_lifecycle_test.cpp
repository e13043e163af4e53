#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "server_fixture.hpp"
#include "support/scripted_peer.hpp"

// Timeouts, limits on connections and listening.
namespace remit::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kGet = "GET /show HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kHeld = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";

class ServerTimeout : public ServerTest {
 protected:
  std::string unix_path() const {
    return (std::filesystem::temp_directory_path() /
            ("remit-net-test-" + std::to_string(::getpid()) + ".sock"))
        .string();
  }
};

class ServerLimit : public ServerTest {
 protected:
  /// Starts a server with two places; both clients have had an answer.
  void take_both_places(std::optional<test::RawSocket>& first,
                        std::optional<test::RawSocket>& second) {
    settings_.max_connections = 2;
    start();
    first.emplace(connect());
    second.emplace(connect());
    first->send(kGet);
    second->send(kGet);
    ASSERT_TRUE(first->read_answer());
    ASSERT_TRUE(second->read_answer());
  }
};

using ServerListen = ServerTimeout;

TEST_F(ServerTimeout, ASlowHeaderIsEnded) {
  settings_.header_timeout = 40ms;
  start();
  test::RawSocket socket = connect();
  socket.send("GET /show HTTP/1.1\r\nHost: a\r\nX-Request-Id: slow");
  const std::string all = socket.read_to_end();
  EXPECT_THAT(all, testing::StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(all, HasSubstr("\"code\":\"REQUEST_TIMEOUT\""));
  EXPECT_THAT(all, HasSubstr("Connection: close"));
}

TEST_F(ServerTimeout, ASlowBodyIsEnded) {
  settings_.body_timeout = 40ms;
  start();
  test::RawSocket socket = connect();
  socket.send(
      "POST /show HTTP/1.1\r\nHost: a\r\nX-Request-Id: slow-1\r\nContent-Length: 10\r\n\r\n{");
  const std::string all = socket.read_to_end();
  EXPECT_THAT(all, testing::StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(all, HasSubstr("X-Request-Id: slow-1\r\n"));
}

TEST_F(ServerTimeout, AnIdleConnectionIsClosedWithoutAWord) {
  settings_.idle_timeout = 40ms;
  start();
  EXPECT_EQ(connect().read_to_end(), "");
  test::RawSocket used = connect();
  used.send(kGet);
  EXPECT_TRUE(used.read_answer());
  EXPECT_EQ(used.read_to_end(), "");
}

TEST_F(ServerTimeout, AReaderThatStopsReadingIsClosed) {
  settings_.write_timeout = 40ms;
  start();
  test::RawSocket socket = connect();
  socket.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_until([this] { return server_->open_connections() == 1; });
  wait_until([this] { return server_->open_connections() == 0; });
}

TEST_F(ServerTimeout, AHeadThatEndsWithItsFirstLineIsNotIdle) {
  settings_.header_timeout = 40ms;
  start();
  test::RawSocket socket = connect();
  socket.send("GET /show HTTP/1.1\r\n");
  EXPECT_THAT(socket.read_to_end(), HasSubstr("\"code\":\"REQUEST_TIMEOUT\""));
}

TEST_F(ServerTimeout, LargeUnreadAnswersHaveALimitTogether) {
  start();
  const auto await_status = [this](int status) {
    const auto limit = std::chrono::steady_clock::now() + 15s;
    while (ask("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")->status != status) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "never " << status;
    }
  };
  {
    std::vector<test::RawSocket> silent;
    for (int i = 0; i < 4; ++i) {
      silent.push_back(connect());
      silent.back().send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    await_status(503);
    EXPECT_EQ(ask(kGet)->status, 200) << "small ones are always sent";
  }
  await_status(200);
}

TEST_F(ServerTimeout, IncomingRequestsAreReported) {
  struct Sum final : Observer {
    void on_activity(const Activity& activity) override {
      all.duration += activity.duration;
      all.connections = std::max(all.connections, activity.connections);
      all.requests += activity.requests;
    }
    Activity all;
  } observer;  // the loop's, like the server
  Activity* const sum = &observer.all;
  partners_.observer = &observer;
  settings_.header_timeout = 40ms;  // so that ticks are frequent
  start();
  test::RawSocket idle = connect();
  test::RawSocket socket = connect();
  for (int i = 0; i < 3; ++i) {
    socket.send(kGet);
    EXPECT_TRUE(socket.read_answer());
  }
  test::RawSocket brief = connect();
  brief.send("GET /show HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  brief.read_to_end();
  wait_until([sum] { return sum->requests == 4; });
  EXPECT_GT(sum->duration, 0s);
  EXPECT_GE(sum->connections, 1U);
  EXPECT_LE(sum->connections, 2U) << "who says nothing does not count";
  loop_.call([this] { server_.reset(); });
}

TEST_F(ServerTimeout, AHandlerMayTakeLonger) {
  settings_.header_timeout = settings_.body_timeout = settings_.idle_timeout = 10ms;
  start();
  test::RawSocket socket = connect();
  socket.send(kHeld);
  wait_until([this] { return gate_->entered == 1; });
  // A connection that came later has been closed for idleness: the ticks have passed.
  EXPECT_EQ(connect().read_to_end(), "");
  open_gate();
  EXPECT_EQ(socket.read_answer()->status, 200);
}

TEST_F(ServerTimeout, LargeAnswersArriveWhole) {
  start();
  EXPECT_EQ(ask("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")->body.size(), 8'000'000U);
}

TEST_F(ServerLimit, ConnectionsOverTheLimitAreToldSo) {
  std::optional<test::RawSocket> first;
  std::optional<test::RawSocket> second;
  ASSERT_NO_FATAL_FAILURE(take_both_places(first, second));

  const auto answer = connect().read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("retry-after"), "1");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_THAT(answer->body, HasSubstr("\"code\":\"OVERLOADED\""));
  EXPECT_FALSE(answer->header("x-request-id").empty());

  second->send(kGet);
  EXPECT_EQ(second->read_answer()->status, 200);
  first.reset();
  wait_until([this] { return server_->open_connections() == 1; });
  EXPECT_EQ(ask(kGet)->status, 200);
}

TEST_F(ServerLimit, HoweverManyComeOverTheLimitEachIsToldSo) {
  settings_.max_connections = 1;
  start();
  test::RawSocket first = connect();
  first.send(kGet);
  ASSERT_TRUE(first.read_answer());
  std::vector<test::RawSocket> others;
  for (std::size_t i = 0; i < kConnectionsRejected + 40; ++i) others.push_back(connect());
  for (test::RawSocket& other : others) {
    const auto answer = other.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->header("retry-after"), "1");
  }
  first.send(kGet);
  EXPECT_EQ(first.read_answer()->status, 200) << "who was there stays";
  EXPECT_EQ(loop_.call([this] { return server_->refused_connections(); }), others.size());
}

TEST_F(ServerLimit, ARefusedConnectionTakesNoSlot) {
  std::optional<test::RawSocket> first;
  std::optional<test::RawSocket> second;
  ASSERT_NO_FATAL_FAILURE(take_both_places(first, second));

  // They have their answer and do not close.
  std::vector<test::RawSocket> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(connect());
    ASSERT_EQ(slow.back().read_answer()->status, 503);
  }
  first.reset();
  wait_until([this] { return server_->open_connections() <= 4; });
  test::RawSocket next = connect();
  next.send(kGet);
  const auto answer = next.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(connect().read_answer()->status, 503) << "the places are taken again";
}

TEST_F(ServerLimit, AClientThatResetsLeavesNothingBehind) {
  start();
  for (int i = 0; i < 20; ++i) {
    test::RawSocket socket = connect();
    socket.send("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{");
    socket.reset();
  }
  wait_until([this] { return server_->open_connections() == 0; });
  EXPECT_EQ(ask(kGet)->status, 200);
}

TEST_F(ServerListen, UnixSocketsAndSeveralAddresses) {
  const std::string path = unix_path();
  settings_.listen = {"unix:" + path, "127.0.0.1:0"};
  start();
  test::RawSocket socket = test::RawSocket::to_unix(path);
  socket.send(kGet + kGet);
  EXPECT_EQ(socket.read_answer()->status, 200);
  EXPECT_EQ(socket.read_answer()->status, 200);
  EXPECT_NE(port_, 0);
  EXPECT_EQ(ask(kGet)->status, 200);
  loop_.call([this] { server_.reset(); });
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerListen, OnlyADeadSocketFileIsReplaced) {
  const std::string path = unix_path();
  settings_.listen = {"unix:" + path};
  start();
  Server second(loop_.context().get_executor(), settings_, make_router());
  const auto refused = loop_.call([&] { return second.start(); });
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("in use"));
  EXPECT_TRUE(std::filesystem::exists(path));

  // A dead server leaves its file behind: a second name keeps it over the orderly close.
  const std::string kept = path + ".kept";
  std::filesystem::create_hard_link(path, kept);
  loop_.call([this] { server_.reset(); });
  std::filesystem::rename(kept, path);
  start();
  test::RawSocket socket = test::RawSocket::to_unix(path);
  socket.send(kGet);
  EXPECT_EQ(socket.read_answer()->status, 200);
}

TEST_F(ServerListen, AFileIsNotTakenForASocket) {
  const std::string path = unix_path() + ".txt";
  std::ofstream(path) << "precious";
  settings_.listen = {"unix:" + path};
  EXPECT_THROW(start(), std::runtime_error);
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
}

TEST_F(ServerListen, UnusableAddressesAreNamed) {
  for (const std::string& address :
       {std::string("nonsense"), std::string("127.0.0.1:99999"), std::string("host.invalid:80"),
        std::string("127.0.0.1:"), std::string("unix:"), "unix:/" + std::string(200, 'x')}) {
    settings_.listen = {address};
    EXPECT_THROW(start(), std::runtime_error) << address;
  }
}

TEST_F(ServerListen, APortInUseIsAnErrorUnlessItIsShared) {
  settings_.reuse_port = true;
  start();
  ServerSettings same = settings_;
  same.listen = {"127.0.0.1:" + std::to_string(port_)};
  Server shared(loop_.context().get_executor(), same, make_router());
  EXPECT_TRUE(loop_.call([&] { return shared.start(); }));
  same.reuse_port = false;
  Server alone(loop_.context().get_executor(), same, make_router());
  const auto refused = loop_.call([&] { return alone.start(); });
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr(std::to_string(port_)));
  loop_.run(shared.drain(1s));
}

}  // namespace
}  // namespace remit::net
