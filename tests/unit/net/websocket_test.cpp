// WebSockets over real connections: messages, rules of the protocol, and ends.
#include "websocket_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;
using test::ClientFrame;
using test::close_payload;
using test::WebSocketClient;

TEST_F(WebSocketTest, TextGoesBothWays) {
  start();
  WebSocketClient client = open();
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
    const std::string text(size, 'x');
    client.send_text(text);
    EXPECT_EQ(client.read(), "text " + text);
  }
  EXPECT_TRUE(push("unasked"));
  EXPECT_EQ(client.read(), "text unasked");
}

TEST_F(WebSocketTest, MessagesOfOneTurnArriveInOrder) {
  socket_settings_.max_queued_messages = 5'000;
  start();
  WebSocketClient client = open();
  with_socket([](WebSocket& socket) {
    for (int i = 0; i < 1'000; ++i) {
      socket.send(std::make_shared<const std::string>(std::to_string(i)));
    }
    return true;
  });
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(client.read(), "text " + std::to_string(i));
}

TEST_F(WebSocketTest, PingsAreAnsweredAlsoWithinAMessage) {
  start();
  WebSocketClient client = open();
  client.send({.payload = "Hel", .is_final = false});
  client.send({.opcode = 0x9, .payload = "are you there"});
  EXPECT_EQ(client.read(), "pong are you there");
  client.send({.opcode = 0xA, .payload = "unasked"});
  client.send({.opcode = 0x0, .payload = "lo"});
  EXPECT_EQ(client.read(), "text Hello");
}

TEST_F(WebSocketTest, AFrameMayComeByteByByte) {
  start();
  WebSocketClient client = open();
  for (const char byte : ClientFrame{.payload = "slow"}.bytes()) {
    client.send(std::string_view(&byte, 1));
    loop_.call([] { return true; });
  }
  EXPECT_EQ(client.read(), "text slow");
}

TEST_F(WebSocketTest, ViolationsAreClosedWithTheirCode) {
  socket_settings_.max_message_bytes = 100;
  start();
  const std::string bad_text = "\xC3";
  const std::string large(101, 'x');
  const std::string bad_code = close_payload(1005);
  const std::string bad_reason = close_payload(1000, "\xFF");
  const std::vector<std::pair<ClientFrame, std::string>> cases = {
      {{.payload = "a", .is_masked = false}, "close 1002 a frame is not masked"},
      {{.payload = "a", .reserved_bits = 0x40}, "close 1002 a reserved bit is set"},
      {{.opcode = 0x3}, "close 1002 an opcode is reserved"},
      {{.opcode = 0x9, .is_final = false}, "close 1002 a control frame is in fragments"},
      {{.opcode = 0x9, .payload = large.substr(0, 0)}, "pong "},
      {{.payload = bad_text}, "close 1007 a message is not UTF-8"},
      {{.payload = large}, "close 1009 a message is too long"},
      {{.opcode = 0x2}, "close 1003 messages have to be text"},
      {{.opcode = 0x8, .payload = bad_code}, "close 1002 a close has a code that may not be sent"},
      {{.opcode = 0x8, .payload = bad_reason}, "close 1007 a reason is not UTF-8"}};
  for (const auto& [frame, answer] : cases) {
    WebSocketClient client = open();
    client.send(frame);
    EXPECT_EQ(client.read(), answer);
    if (answer.starts_with("close")) EXPECT_TRUE(client.has_ended());
  }
}

TEST_F(WebSocketTest, AViolationWhileTheClientSendsOnIsToldAllTheSame) {
  socket_settings_.max_message_bytes = 100;
  start();
  WebSocketClient client = open();
  // The unread rest must not make the system reset the connection under the farewell.
  client.send(ClientFrame{.payload = std::string(1'000'000, 'x')}.bytes());
  EXPECT_EQ(client.read(), "close 1009 a message is too long");
  EXPECT_TRUE(client.has_ended());
}

TEST_F(WebSocketTest, AClientsCloseIsAnsweredWithItsCode) {
  start();
  for (const int code : {1000, 1001, 3000, 4999}) {
    WebSocketClient client = open();
    client.send_close(static_cast<std::uint16_t>(code), "bye");
    client.send_text("too late");
    EXPECT_EQ(client.read(), "close " + std::to_string(code));
    EXPECT_TRUE(client.has_ended());
  }
  WebSocketClient client = open();
  client.send(ClientFrame{.opcode = 0x8});
  EXPECT_EQ(client.read(), "close");
  EXPECT_TRUE(client.has_ended());
}

TEST_F(WebSocketTest, OursSendsWhatIsQueuedAndWaitsForTheAnswer) {
  start();
  WebSocketClient client = open();
  with_socket([](WebSocket& socket) {
    EXPECT_TRUE(socket.send(std::make_shared<const std::string>("last")));
    socket.close(CloseCode::policy_violation, "why");
    socket.close(CloseCode::normal, "not this one");
    EXPECT_FALSE(socket.is_open());
    EXPECT_EQ(socket.closed_with(), CloseCode::policy_violation);
    EXPECT_FALSE(socket.send(std::make_shared<const std::string>("too late")));
    return true;
  });
  EXPECT_EQ(client.read(), "text last");
  EXPECT_EQ(client.read(), "close 1008 why");
  EXPECT_EQ(loop_.call([this] { return server_->open_connections(); }), 1U);
  client.send_text("is not read any more");
  client.send_close(1008);
  EXPECT_TRUE(client.has_ended());
}

TEST_F(WebSocketTest, ATakerThatReturnsClosesWith1000) {
  start_with([](std::shared_ptr<WebSocket> socket) -> Task<void> {
    socket->send(std::make_shared<const std::string>("only this"));
    co_return;
  });
  WebSocketClient client = open();
  EXPECT_EQ(client.read(), "text only this");
  EXPECT_EQ(client.read(), "close 1000");
  client.send_close(1000);
  EXPECT_TRUE(client.has_ended());
}

TEST_F(WebSocketTest, ATakerThatFailsClosesWith1011) {
  start_with([](std::shared_ptr<WebSocket> /*socket*/) -> Task<void> {
    throw std::runtime_error("a secret reason");
    co_return;
  });
  WebSocketClient client = open();
  EXPECT_EQ(client.read(), "close 1011");
  client.send_close(1011);
  EXPECT_TRUE(client.has_ended());
  EXPECT_EQ(ask("GET /show HTTP/1.1\r\nHost: a\r\n\r\n")->status, 200);
}

TEST_F(WebSocketTest, ADrainClosesWith1001AndWaitsForTheAnswer) {
  start();
  WebSocketClient client = open();
  auto drained = drain(15s);
  EXPECT_EQ(client.read(), "close 1001 the server ends");
  EXPECT_NE(drained.wait_for(0s), std::future_status::ready);
  client.send_close(1001);
  EXPECT_TRUE(client.has_ended());
  drained.get();
}

TEST_F(WebSocketTest, ADrainsTimeoutEndsAClientThatDoesNotAnswer) {
  start();
  WebSocketClient client = open();
  drain(50ms).get();
  EXPECT_EQ(client.read(), "close 1001 the server ends");
  EXPECT_TRUE(client.has_ended());
}

TEST_F(WebSocketTest, ASocketOpenedWhileTheServerDrainsIsClosedAtOnce) {
  settings_.arrival_timeout = 15s;
  start();
  WebSocketClient client = unopened();
  wait_until([this] { return server_->open_connections() == 1; });
  auto drained = drain(15s);
  EXPECT_EQ(client.open("/socket")->status, 101);
  EXPECT_EQ(client.read(), "close 1001 the server ends");
  client.send_close(1001);
  EXPECT_TRUE(client.has_ended());
  drained.get();
}

TEST_F(WebSocketTest, AnEndWithoutFarewellIsNoticed) {
  start();
  WebSocketClient half = open();
  half.socket().shut_down_sending();
  EXPECT_TRUE(half.has_ended());
  WebSocketClient reset = open();
  reset.socket().reset();
  wait_until([this] { return live_sockets() == 0 && server_->open_connections() == 0; });
}

TEST_F(WebSocketTest, AServerThatIsDestroyedEndsItsSockets) {
  std::shared_ptr<WebSocket> kept;
  start_with([&kept](std::shared_ptr<WebSocket> socket) {
    kept = socket;
    return only_send(std::move(socket));
  });
  WebSocketClient client = open();
  wait_until([&kept] { return kept != nullptr; });
  loop_.call([this] { server_.reset(); });
  EXPECT_TRUE(client.has_ended());
  wait_until([&kept] { return !kept->is_open(); });
  loop_.call([&kept] {
    EXPECT_FALSE(kept->send(std::make_shared<const std::string>("is not heard")));
    kept->close(CloseCode::normal, "");
    EXPECT_EQ(kept->closed_with(), CloseCode::lost);
    kept.reset();
  });
}

TEST_F(WebSocketTest, SocketsCountAsConnections) {
  settings_.max_connections = 2;
  start();
  WebSocketClient one = open();
  WebSocketClient other = open();
  EXPECT_EQ(verdict("GET /show HTTP/1.1\r\nHost: a\r\n\r\n"), "503 OVERLOADED close");
  one.send_close(1000);
  EXPECT_EQ(one.read(), "close 1000");
  EXPECT_TRUE(one.has_ended());
}

TEST_F(WebSocketTest, TheServersTimeoutsDoNotHold) {
  settings_.idle_timeout = settings_.header_timeout = settings_.body_timeout = 10ms;
  settings_.write_timeout = 10ms;
  start();
  WebSocketClient client = open();
  const auto begun = std::chrono::steady_clock::now();
  // The server looks at its deadlines every 5 ms: so many turns that each would have passed.
  wait_until([begun] { return std::chrono::steady_clock::now() - begun > 100ms; });
  client.send_text("still here");
  EXPECT_EQ(client.read(), "text still here");
}

}  // namespace
}  // namespace remit::net
