#include <gmock/gmock.h>

#include <future>

#include "client_fixture.hpp"

// What a caller learns of a call that failed, above all whether the peer may have seen it.
namespace remit::net {
namespace {

using testing::HasSubstr;
using Kind = CallError::Kind;
using namespace std::chrono_literals;

class ClientFailure : public ClientTest {
 protected:
  /// The error of a call to a peer that reads the request and then does `rest`.
  CallError error_after_request(std::function<void(test::RawSocket&)> rest) {
    test::ScriptedPeer peer([rest](test::RawSocket& socket, std::size_t) {
      socket.read_request();
      rest(socket);
    });
    ClientSettings settings;
    settings.base_url = peer.url();
    settings.max_response_bytes = 1'000;
    make(std::move(settings));
    const CallResult result = run(post("/", "{}"));
    client_.reset();
    if (result) throw std::runtime_error("the call succeeded");
    return result.error();
  }
  CallError error_after_answer(const std::string& bytes) {
    return error_after_request([bytes](test::RawSocket& socket) { socket.send(bytes); });
  }
};

TEST_F(ClientFailure, ARefusedConnectionSentNothing) {
  make_for("http://127.0.0.1:" + std::to_string(test::closed_port()));
  const CallResult result = run(post("/", "{}"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::no_connection);
  EXPECT_FALSE(result.error().request_sent);
  EXPECT_THAT(result.error().detail, HasSubstr("refused"));
  EXPECT_EQ(client_->connections_made(), 0U);
}

TEST_F(ClientFailure, AnUnknownNameSentNothing) {
  make_for("http://no-such-host.invalid");
  const CallResult result = run(post("/", "{}"));
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().request_sent);
}

TEST_F(ClientFailure, ASilentPeerMayHaveSeenTheRequest) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) { socket.read_to_end(); });
  make_for(peer.url());
  const CallResult result = run(hasty(post("/", "{}")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  EXPECT_TRUE(result.error().request_sent);
  EXPECT_GE(result.error().latency, 60ms);
  client_.reset();
}

TEST_F(ClientFailure, AnAnswerThatDripsIsEndedByTheSameDeadline) {
  std::promise<void> given_up;
  auto seen = given_up.get_future().share();
  test::ScriptedPeer peer([seen](test::RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (seen.wait_for(1ms) != std::future_status::ready && socket.send("x")) {
    }
  });
  make_for(peer.url());
  const CallResult result = run(hasty(get("/")));
  given_up.set_value();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  client_.reset();
}

TEST_F(ClientFailure, AConnectionThatIsNeverAcceptedTimesOutUnsent) {
  // A listening socket whose backlog is full drops further handshakes.
  test::FullListener listener;
  make_for("http://127.0.0.1:" + std::to_string(listener.port()));
  const CallResult result = run(hasty(post("/", "{}")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  EXPECT_FALSE(result.error().request_sent);
}

TEST_F(ClientFailure, APeerThatClosesWithoutAnAnswer) {
  const CallError error = error_after_request([](test::RawSocket&) {});
  EXPECT_EQ(error.kind, Kind::broken);
  EXPECT_TRUE(error.request_sent);
}

TEST_F(ClientFailure, APeerThatResets) {
  const CallError error = error_after_request([](test::RawSocket& socket) { socket.reset(); });
  EXPECT_EQ(error.kind, Kind::broken);
  EXPECT_TRUE(error.request_sent);
}

TEST_F(ClientFailure, AnswersThatEndTooSoonAreBroken) {
  for (const std::string bytes :
       {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"}) {
    const CallError error = error_after_answer(bytes);
    EXPECT_EQ(error.kind, Kind::broken) << bytes;
    EXPECT_TRUE(error.request_sent);
  }
}

TEST_F(ClientFailure, GarbageIsCalledSo) {
  for (const std::string bytes :
       {"SSH-2.0-server\r\n\r\n", "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}) {
    const CallError error = error_after_answer(bytes);
    EXPECT_EQ(error.kind, Kind::garbage) << bytes;
    EXPECT_TRUE(error.request_sent);
  }
}

TEST_F(ClientFailure, AnswersHaveALimit) {
  const std::string body(1'001, 'x');
  EXPECT_EQ(error_after_answer(test::ok_answer(body)).kind, Kind::garbage);
  EXPECT_EQ(error_after_answer("HTTP/1.1 200 OK\r\n\r\n" + body).kind, Kind::garbage);
  EXPECT_EQ(error_after_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                               body + "\r\n0\r\n\r\n")
                .kind,
            Kind::garbage);
  EXPECT_EQ(
      error_after_answer("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n").kind,
      Kind::garbage);
}

TEST_F(ClientFailure, AFailedConnectionIsNotUsedAgain) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t number) {
    socket.read_request();
    if (number == 0) socket.read_to_end();
    socket.send(test::ok_answer("second"));
    socket.read_to_end();
  });
  make_for(peer.url());
  ASSERT_FALSE(run(hasty(get("/"))));
  const CallResult result = run(get("/"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "second");
  EXPECT_EQ(client_->connections_made(), 2U);
  client_.reset();
}

TEST_F(ClientFailure, CloseEndsCallsInFlight) {
  std::promise<void> arrived;
  test::ScriptedPeer peer([&](test::RawSocket& socket, std::size_t) {
    socket.read_request();
    arrived.set_value();
    socket.read_to_end();
  });
  make_for(peer.url());
  std::optional<CallResult> result;
  boost::asio::co_spawn(context_, client_->call(get("/")),
                        [&](std::exception_ptr, CallResult ended) { result = std::move(ended); });
  auto arrival = arrived.get_future();
  while (arrival.wait_for(0s) != std::future_status::ready) context_.run_for(1ms);
  client_->close();
  test::run_until(context_, [&] { return result.has_value(); });
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().kind, Kind::broken);
  EXPECT_TRUE(result->error().request_sent);

  const CallResult late = run(get("/"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Kind::no_connection);
  EXPECT_FALSE(late.error().request_sent);
}

}  // namespace
}  // namespace remit::net
