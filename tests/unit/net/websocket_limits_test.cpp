// What a WebSocket does with clients that do not read or do not answer.
#include "websocket_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;
using test::WebSocketClient;

class WebSocketLimits : public WebSocketTest {
 protected:
  WebSocketLimits() {
    taker_ = only_send;
    socket_settings_.ping_interval = 20s;
    socket_settings_.pong_timeout = 10s;
    socket_settings_.write_timeout = 8s;
    socket_settings_.close_timeout = 2s;
  }

  /// Sends the body until the socket's bound is passed; how often it was taken.
  int fill(const WebSocket::Text& body) {
    for (int sent = 0; sent < 10'000; ++sent) {
      const bool taken = with_socket([&](WebSocket& socket) { return socket.send(body); });
      if (!taken) return sent;
    }
    throw std::runtime_error("there is no bound");
  }
  std::optional<CloseCode> closed_with() {
    return with_socket([](WebSocket& socket) { return socket.closed_with(); });
  }
};

TEST_F(WebSocketLimits, AClientThatDoesNotReadIsClosedWith1013AndItsQueueFreed) {
  start();
  WebSocketClient client = open();
  const auto body = std::make_shared<const std::string>(100'000, 'x');
  EXPECT_GT(fill(body), 10);
  EXPECT_EQ(closed_with(), CloseCode::try_again_later);
  // Ours, and that of the frame of which a part was sent.
  EXPECT_LE(body.use_count(), 2);
  // It reads again: what was on its way, and the farewell.
  std::string last;
  for (last = client.read(); last.starts_with("text "); last = client.read()) {
    ASSERT_EQ(last.size(), body->size() + 5);
  }
  EXPECT_EQ(last, "close 1013 messages are not read fast enough");
  client.send_close(1013);
  EXPECT_TRUE(client.has_ended());
  EXPECT_EQ(body.use_count(), 1);
}

TEST_F(WebSocketLimits, AClientThatNeverReadsIsCutAfterTheCloseTimeout) {
  start();
  WebSocketClient client = open();
  const auto body = std::make_shared<const std::string>(100'000, 'x');
  fill(body);
  advance(2s);
  wait_until([this] { return live_sockets() == 0 && server_->open_connections() == 0; });
  EXPECT_EQ(body.use_count(), 1);
}

TEST_F(WebSocketLimits, TheBoundIsOfMessagesToo) {
  socket_settings_.max_queued_messages = 3;
  start();
  WebSocketClient client = open();
  const int taken = with_socket([](WebSocket& socket) {
    int count = 0;
    while (socket.send(std::make_shared<const std::string>("a"))) ++count;
    return count;
  });
  EXPECT_EQ(taken, 3) << "in one turn of the loop, in which nothing is sent";
  EXPECT_EQ(client.read(), "close 1013 messages are not read fast enough");
}

TEST_F(WebSocketLimits, SubscribersShareABody) {
  start();
  std::vector<WebSocketClient> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(open());
  const auto body = std::make_shared<const std::string>("event");
  const auto holders = loop_.call([&] {
    for (const auto& weak : opened_) EXPECT_TRUE(weak.lock()->send(body));
    return body.use_count();
  });
  EXPECT_EQ(holders, 21);
  for (WebSocketClient& client : clients) EXPECT_EQ(client.read(), "text event");
  wait_until([&body] { return body.use_count() == 1; });
}

TEST_F(WebSocketLimits, PingsAreSentAndAnyFrameIsAnAnswer) {
  start();
  WebSocketClient client = open();
  wait_for_heartbeats(1);
  advance(20s);
  EXPECT_EQ(client.read(), "ping ");
  client.send({.opcode = 0xA});
  client.send({.opcode = 0x9, .payload = "heard?"});
  EXPECT_EQ(client.read(), "pong heard?");
  advance(10s);
  advance(10s);
  EXPECT_EQ(client.read(), "ping ");
  client.send_text("any frame");
  client.send({.opcode = 0x9, .payload = "heard?"});
  EXPECT_EQ(client.read(), "pong heard?");
  wait_for_heartbeats(1);
  advance(10s);
  EXPECT_TRUE(with_socket([](WebSocket& socket) { return socket.is_open(); }));
}

TEST_F(WebSocketLimits, AClientThatDoesNotAnswerAPingIsCut) {
  start();
  WebSocketClient client = open();
  wait_for_heartbeats(1);
  advance(20s);
  EXPECT_EQ(client.read(), "ping ");
  wait_for_heartbeats(1);
  advance(10s);
  EXPECT_TRUE(client.has_ended());
}

Task<void> echo_after(std::shared_ptr<boost::asio::steady_timer> gate,
                      std::shared_ptr<WebSocket> socket) {
  co_await gate->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_await echo_messages(std::move(socket));
}

TEST_F(WebSocketLimits, ATakerThatIsBusyDoesNotLoseAClientThatAnswers) {
  const auto gate = std::make_shared<boost::asio::steady_timer>(loop_.context());
  gate->expires_at(std::chrono::steady_clock::time_point::max());
  start_with(
      [gate](std::shared_ptr<WebSocket> socket) { return echo_after(gate, std::move(socket)); });
  WebSocketClient client = open();
  client.send_text("sent before the ping");
  wait_for_heartbeats(1);
  advance(20s);
  EXPECT_EQ(client.read(), "ping ");
  wait_for_heartbeats(1);
  advance(10s);
  loop_.call([&gate] { gate->cancel(); });
  EXPECT_EQ(client.read(), "text sent before the ping");
}

TEST_F(WebSocketLimits, AClientThatTakesNothingIsCutAfterTheWriteTimeout) {
  socket_settings_.max_queued_bytes = 100'000'000;
  start();
  WebSocketClient client = open();
  EXPECT_TRUE(push(std::string(50'000'000, 'x')));
  wait_until([this] { return opened_.back().lock()->queued_messages() == 1; });
  wait_for_heartbeats(1);
  advance(8s);
  wait_until([this] { return live_sockets() == 0 && server_->open_connections() == 0; });
}

TEST_F(WebSocketLimits, ACloseThatIsNotAnsweredIsCut) {
  start();
  WebSocketClient client = open();
  with_socket([](WebSocket& socket) {
    socket.close(CloseCode::normal, "bye");
    return true;
  });
  EXPECT_EQ(client.read(), "close 1000 bye");
  wait_for_heartbeats(1);
  advance(2s);
  EXPECT_TRUE(client.has_ended());
}

/// More than may be queued, piece by piece.
Task<void> send_much(std::shared_ptr<WebSocket> socket) {
  const auto body = std::make_shared<const std::string>(500'000, 'x');
  bool open = true;
  for (int i = 0; i < 20 && open; ++i) {
    open = socket->send(body);
    if (open) open = co_await socket->flushed();
  }
  socket->close(open ? CloseCode::normal : CloseCode::internal_error, "");
  co_await only_send(socket);
}

TEST_F(WebSocketLimits, ATakerWithMoreThanMayBeQueuedWaitsInBetween) {
  start_with(send_much);
  WebSocketClient client = open();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.read().size(), 500'005U);
  EXPECT_EQ(client.read(), "close 1000");
}

TEST_F(WebSocketLimits, WaitingForAClientThatIsGoneEnds) {
  start_with(send_much);
  {
    WebSocketClient client = open();
    EXPECT_EQ(client.read().size(), 500'005U);
  }
  wait_until([this] { return live_sockets() == 0 && server_->open_connections() == 0; });
}

TEST_F(WebSocketLimits, AFlushIsOverWhenTheClientClosesWithoutReading) {
  socket_settings_.max_queued_bytes = 100'000'000;
  start();
  WebSocketClient client = open();
  EXPECT_TRUE(push(std::string(50'000'000, 'x')));
  std::future<bool> flushed = with_socket([this](WebSocket& socket) {
    return boost::asio::co_spawn(loop_.context(), socket.flushed(), boost::asio::use_future);
  });
  client.send_close(1000);
  wait_until([this] { return opened_.back().lock()->closed_with() == CloseCode::normal; });
  EXPECT_NE(flushed.wait_for(0s), std::future_status::ready);
  advance(2s);
  EXPECT_FALSE(flushed.get());
  wait_until([this] { return live_sockets() == 0 && server_->open_connections() == 0; });
}

TEST_F(WebSocketLimits, AFloodOfPingsByAClientThatDoesNotReadKeepsOneAnswer) {
  start();
  WebSocketClient client = open();
  const std::string ping = test::ClientFrame{.opcode = 0x9, .payload = "p"}.bytes();
  std::string flood;
  for (int i = 0; i < 1'000; ++i) flood += ping;
  client.send(flood);
  client.send({.opcode = 0x9, .payload = "last"});
  std::string answer;
  int count = 0;
  for (answer = client.read(); answer == "pong p"; answer = client.read()) ++count;
  EXPECT_EQ(answer, "pong last");
  EXPECT_LT(count, 1'000);
}

}  // namespace
}  // namespace remit::net
