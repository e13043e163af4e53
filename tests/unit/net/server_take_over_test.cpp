// Connections that a handler takes over.
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;

const std::string kUpgrade = "GET /taken HTTP/1.1\r\nHost: a\r\nX-Request-Id: seven\r\n\r\n";

/// Answers with the head of its response, and then with whatever it is sent, until the end.
Task<void> echo(Stream stream, Response response) {
  const std::string head = stream.head_of(response);
  bool sent = co_await stream.write(head);
  while (sent) {
    const std::string bytes = co_await stream.read();
    if (bytes.empty()) break;
    sent = co_await stream.write(bytes);
  }
  const std::string_view farewell = stream.is_draining() ? "farewell" : "end";
  co_await stream.write(farewell);
}

Task<void> be_silent_for(Stream stream, Response /*response*/, std::chrono::milliseconds deadline) {
  stream.expires_after(deadline);
  const std::string bytes = co_await stream.read();
  static_cast<void>(bytes);
}

/// Heeds nothing but the end of its connection.
Task<void> ignore_the_drain(Stream stream, Response /*response*/) {
  bool open = true;
  while (open) {
    co_await stream.pause(1h);
    open = co_await stream.write(".");
  }
}

/// What one coroutine writes while another one reads.
struct Pushed {
  explicit Pushed(const Executor& executor) : done(executor) {
    done.expires_at(std::chrono::steady_clock::time_point::max());
  }
  const std::string bytes = std::string(64'000'000, 'x');
  std::atomic<bool> begun = false;
  boost::asio::steady_timer done;
};

Task<void> push(Stream stream, std::shared_ptr<Pushed> pushed) {
  pushed->begun = true;
  co_await stream.write(pushed->bytes);
  pushed->done.cancel();
}

Task<void> read_beside_pushing(Stream stream, std::shared_ptr<Pushed> pushed) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, push(stream, pushed), boost::asio::detached);
  const std::string bytes = co_await stream.read();
  EXPECT_TRUE(bytes.empty() && stream.is_draining());
  co_await pushed->done.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

Task<void> fail_at_once(Stream /*stream*/, Response /*response*/) {
  throw std::runtime_error("it went wrong");
  co_return;
}

class ServerTakeOver : public ServerTest {
 protected:
  ServerTakeOver() {
    settings_.idle_timeout = 40ms;
    settings_.header_timeout = 40ms;
  }

  void start_with(TakeOver take_over) {
    take_over_ = std::move(take_over);
    start();
  }
  std::future<void> drain(std::chrono::milliseconds timeout) {
    return boost::asio::co_spawn(loop_.context(), server_->drain(timeout), boost::asio::use_future);
  }
  /// One that has been taken over by now.
  test::RawSocket take_over() {
    test::RawSocket socket = connect();
    socket.send(kUpgrade);
    socket.read_until("\r\n\r\n");
    return socket;
  }
};

TEST_F(ServerTakeOver, BytesBehindTheRequestAreHandedOver) {
  start_with(echo);
  test::RawSocket socket = connect();
  socket.send(kUpgrade + "first ");
  const std::string head = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 ")) << head;
  EXPECT_NE(head.find("X-Request-Id: seven\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos) << head;
  EXPECT_EQ(socket.read_until("first "), "first ");
  socket.send("second");
  EXPECT_EQ(socket.read_until("second"), "second");
  socket.shut_down_sending();
  EXPECT_EQ(socket.read_to_end(), "end");
}

TEST_F(ServerTakeOver, TheTimeoutsOfTheServerDoNotHold) {
  start_with(echo);
  test::RawSocket socket = take_over();
  std::this_thread::sleep_for(200ms);
  socket.send("still here");
  EXPECT_EQ(socket.read_until("here"), "still here");
}

TEST_F(ServerTakeOver, ADeadlineOfTheTakerClosesIt) {
  start_with([](Stream stream, Response response) {
    return be_silent_for(stream, std::move(response), 30ms);
  });
  test::RawSocket socket = connect();
  socket.send(kUpgrade);
  EXPECT_EQ(socket.read_to_end(), "");
  wait_until([this] { return server_->open_connections() == 0; });
}

TEST_F(ServerTakeOver, ADrainIsToldAndAFarewellIsStillSent) {
  start_with(echo);
  test::RawSocket socket = take_over();
  auto drained = drain(15s);
  EXPECT_EQ(socket.read_to_end(), "farewell");
  drained.get();
}

TEST_F(ServerTakeOver, ADrainInterruptsAReaderAndNoWriter) {
  const auto pushed = std::make_shared<Pushed>(loop_.context().get_executor());
  start_with([pushed](Stream stream, Response /*response*/) {
    return read_beside_pushing(stream, pushed);
  });
  test::RawSocket socket = connect();
  socket.send(kUpgrade);
  wait_until([&pushed] { return pushed->begun.load(); });
  auto drained = drain(15s);
  EXPECT_EQ(socket.read_to_end().size(), pushed->bytes.size());
  drained.get();
}

TEST_F(ServerTakeOver, AConnectionThatIgnoresADrainIsClosedInTheEnd) {
  start_with(ignore_the_drain);
  test::RawSocket socket = connect();
  socket.send(kUpgrade);
  wait_until([this] { return server_->open_connections() == 1; });
  auto drained = drain(100ms);
  ASSERT_EQ(drained.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(loop_.call([this] { return server_->open_connections(); }), 0U);
}

TEST_F(ServerTakeOver, AFailureEndsTheConnectionAlone) {
  start_with(fail_at_once);
  test::RawSocket socket = connect();
  socket.send(kUpgrade);
  EXPECT_EQ(socket.read_to_end(), "");
  EXPECT_EQ(ask("GET /show HTTP/1.1\r\nHost: a\r\n\r\n")->status, 200);
}

TEST_F(ServerTakeOver, HeadIsAnsweredWithoutIt) {
  start_with(echo);
  const auto answer = ask("HEAD /taken HTTP/1.1\r\nHost: a\r\n\r\n", false);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("connection"), "");
}

}  // namespace
}  // namespace remit::net
