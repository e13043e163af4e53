// Which requests become WebSockets.
#include "websocket_handshake.hpp"

#include <gmock/gmock.h>

#include "cors.hpp"
#include "remit/telemetry/log.hpp"
#include "support/tenants.hpp"
#include "websocket_fixture.hpp"

namespace remit::net {
namespace {

using test::WebSocketClient;
using testing::HasSubstr;

constexpr ProblemCode kNoKey{"TEST_NO_KEY", 401, "There is no key"};

/// Callers say which scope they have.
class SaidScope final : public Authenticator {
 public:
  [[nodiscard]] std::optional<Caller> recall(const Headers& headers) override {
    const auto said = headers.find("Authorization");
    if (!said) return fail(kNoKey, "no key");
    Principal caller{.tenant = kOtherTenant, .scopes = {}, .key = {}, .limit = {}};
    if (const auto scope = parse_scope(*said)) caller.scopes.add(*scope);
    return caller;
  }
  [[nodiscard]] Task<Caller> look_up(Headers /*headers*/) override {
    co_return fail(kNoKey, "no key");
  }
};

class Answers final : public Observer {
 public:
  void on_answered(const AnsweredRequest& request) override {
    seen_.push_back(std::to_string(request.status) + " " + std::string(request.route));
  }
  [[nodiscard]] const std::vector<std::string>& seen() const { return seen_; }

 private:
  std::vector<std::string> seen_;
};

class WebSocketHandshake : public WebSocketTest {
 protected:
  /// The status that a request gets that is in order but for `from`, which becomes `to`.
  int status_with(const std::string& from, const std::string& to) {
    std::string request = WebSocketClient::handshake("/socket");
    const std::size_t at = request.find(from);
    if (at == std::string::npos) throw std::logic_error("it has no " + from);
    request.replace(at, from.size(), to);
    test::RawSocket socket = connect();
    socket.send(request);
    last_ = socket.read_answer(false).value_or(test::RawAnswer());
    return last_.status;
  }
  int status_from(const std::string& origin) {
    return status_with("Upgrade: websocket", "Upgrade: websocket\r\nOrigin: " + origin);
  }

  test::RawAnswer last_;
};

TEST_F(WebSocketHandshake, AGoodOneIsAnsweredWithTheKeysDigest) {
  start();
  WebSocketClient client = unopened();
  const auto answer = client.open("/socket", "X-Request-Id: seven\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 101);
  // The pair of RFC 6455 §1.3.
  EXPECT_EQ(answer->header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer->header("upgrade"), "websocket");
  EXPECT_EQ(answer->header("connection"), "Upgrade");
  EXPECT_EQ(answer->header("x-request-id"), "seven");
  EXPECT_EQ(answer->header("content-length"), "");
  client.send_text("hello");
  EXPECT_EQ(client.read(), "text hello");
}

TEST_F(WebSocketHandshake, FieldsAreListsWithoutCase) {
  start();
  EXPECT_EQ(status_with("Connection: Upgrade", "Connection: keep-alive, UPGRADE"), 101);
  EXPECT_EQ(status_with("Upgrade: websocket", "Upgrade: h2c, WebSocket"), 101);
  EXPECT_EQ(status_with("Connection: Upgrade", "Connection: close\r\nConnection: upgrade"), 101);
}

TEST_F(WebSocketHandshake, RequestsThatAskForNoUpgradeAre426) {
  start();
  EXPECT_EQ(status_with("Connection: Upgrade\r\n", ""), 426);
  EXPECT_EQ(last_.header("upgrade"), "websocket");
  EXPECT_EQ(last_.header("connection"), "Upgrade");
  EXPECT_EQ(last_.header("content-type"), "application/problem+json");
  EXPECT_EQ(status_with("Upgrade: websocket\r\n", ""), 426);
  EXPECT_EQ(status_with("Upgrade: websocket", "Upgrade: h2c"), 426);
  EXPECT_EQ(status_with("HTTP/1.1", "HTTP/1.0"), 426);
  EXPECT_EQ(last_.header("connection"), "close, Upgrade");
  EXPECT_EQ(verdict("GET /socket HTTP/1.1\r\nHost: a\r\n\r\n"), "426 UPGRADE_REQUIRED");
  EXPECT_EQ(status_with("GET", "HEAD"), 426);
}

TEST_F(WebSocketHandshake, AnotherVersionIs426WithOurs) {
  start();
  for (const char* fields : {"Sec-WebSocket-Version: 12", "Sec-WebSocket-Version: 013", "X: y",
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8"}) {
    EXPECT_EQ(status_with("Sec-WebSocket-Version: 13", fields), 426) << fields;
    EXPECT_EQ(last_.header("sec-websocket-version"), "13");
    EXPECT_EQ(last_.header("upgrade"), "websocket");
  }
}

TEST_F(WebSocketHandshake, AKeyThatIsNoneIs400) {
  start();
  const std::string good = "dGhlIHNhbXBsZSBub25jZQ==";
  for (const char* key : {"", "abc", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                          "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j!Q==",
                          "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: x"}) {
    EXPECT_EQ(status_with(good, key), 400) << key;
  }
  EXPECT_EQ(status_with("Sec-WebSocket-Key", "Sec-WebSocket-Cay"), 400);
}

TEST_F(WebSocketHandshake, OtherMethodsAre405) {
  start();
  EXPECT_EQ(status_with("GET", "POST"), 405);
  EXPECT_EQ(last_.header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(WebSocketHandshake, PagesOfOtherOriginsAre403) {
  settings_.cors_origins = {"https://console.example"};
  start();
  EXPECT_EQ(status_from("https://console.example"), 101);
  EXPECT_EQ(last_.header("access-control-allow-origin"), "https://console.example");
  EXPECT_EQ(status_from("http://remit.test"), 101) << "it is this server, as its Host says";
  EXPECT_EQ(status_from("https://evil.example"), 403);
  EXPECT_EQ(status_from("https://evil.example/remit.test"), 403);
  EXPECT_EQ(status_from("null"), 403);
  EXPECT_EQ(status_from("https://console.example\r\nOrigin: https://evil.example"), 400);
}

TEST_F(WebSocketHandshake, NoOriginIsAllowedUnlessConfiguredAndEveryOneWithAStar) {
  start();
  EXPECT_EQ(status_from("https://console.example"), 403);
  Headers headers;
  headers.add("Host", "a");
  headers.add("Origin", "https://anywhere.example");
  EXPECT_TRUE(Cors({"*"}).admits(headers));
  EXPECT_FALSE(Cors({}).admits(headers));
}

TEST_F(WebSocketHandshake, OffersOfExtensionsAndProtocolsAreNotTaken) {
  start();
  WebSocketClient client = unopened();
  const auto answer = client.open("/socket",
                                  "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                  "Sec-WebSocket-Protocol: chat\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 101);
  EXPECT_EQ(answer->headers.count("sec-websocket-extensions"), 0U);
  EXPECT_EQ(answer->headers.count("sec-websocket-protocol"), 0U);
  // So a message that says that it is compressed is none, however much it would become.
  client.send({.payload = std::string("\xAA\x00", 2), .reserved_bits = 0x40});
  EXPECT_EQ(client.read(), "close 1002 a reserved bit is set");
}

TEST_F(WebSocketHandshake, TheCallersScopeIsAskedForAsAlways) {
  SaidScope authenticator;
  Answers answers;
  partners_.authenticator = &authenticator;
  partners_.observer = &answers;
  scope_ = Scope::events_read;
  start();
  EXPECT_EQ(unopened().open("/socket")->status, 401);
  EXPECT_EQ(unopened().open("/socket", "Authorization: payments:read\r\n")->status, 403);
  EXPECT_EQ(unopened().open("/socket", "Authorization: events:read\r\n")->status, 101);
  EXPECT_EQ(loop_.call([&] { return answers.seen(); }),
            (std::vector<std::string>{"401 /socket", "403 /socket", "101 /socket"}));
  loop_.call([this] { server_.reset(); });
}

TEST_F(WebSocketHandshake, ItHasItsLineInTheAccessLogWhenItEnds) {
  settings_.log_access = true;
  telemetry::configure_logging("info", "json");
  start();
  testing::internal::CaptureStderr();
  {
    WebSocketClient client = open();
    client.send_close(1000);
    EXPECT_EQ(client.read(), "close 1000");
    EXPECT_EQ(client.read(), "end");
  }
  wait_until([this] { return server_->open_connections() == 0; });
  telemetry::flush_log();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("\"status\":101"));
  telemetry::configure_logging("warn", "text");
}

TEST_F(WebSocketHandshake, FramesMayComeTogetherWithTheRequest) {
  start();
  WebSocketClient client = unopened();
  client.send(WebSocketClient::handshake("/socket") +
              test::ClientFrame{.payload = "early"}.bytes());
  EXPECT_EQ(client.socket().read_answer(false)->status, 101);
  EXPECT_EQ(client.read(), "text early");
}

}  // namespace
}  // namespace remit::net
