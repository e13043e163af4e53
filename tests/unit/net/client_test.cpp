#include "remit/net/client.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "client_fixture.hpp"

namespace remit::net {
namespace {

using testing::HasSubstr;
using Kind = CallError::Kind;
using namespace std::chrono_literals;

/// Answers every request on every connection with the request itself.
void echo(test::RawSocket& socket, std::size_t /*number*/) {
  for (std::string request = socket.read_request(); !request.empty();
       request = socket.read_request()) {
    socket.send(test::ok_answer(request));
  }
}

using ClientCall = ClientTest;
using ClientReuse = ClientTest;

TEST_F(ClientCall, ARequestIsWhole) {
  test::ScriptedPeer peer(echo);
  make_for(peer.url() + "/prefix/");
  Call call = post("/transfers?x=1", "{\"a\":1}");
  call.headers = {{"Idempotency-Key", "key-1"}};
  call.trace = telemetry::new_trace();
  call.trace.request_id = "req-5";
  const std::string trace_id = call.trace.trace_id;
  const std::string span_id = call.trace.span_id;
  const CallResult result = run(std::move(call));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_GT(result->latency.count(), 0);
  const std::string& request = result->body;
  EXPECT_THAT(request, testing::StartsWith("POST /prefix/transfers?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\nContent-Length: 7\r\n"));
  EXPECT_THAT(request, HasSubstr("Idempotency-Key: key-1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Request-Id: req-5\r\n"));
  EXPECT_THAT(request, HasSubstr("traceparent: 00-" + trace_id + "-"));
  EXPECT_THAT(request, testing::Not(HasSubstr(span_id)));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"a\":1}"));
  client_.reset();
}

TEST_F(ClientCall, ATraceIsMadeWhenThereIsNone) {
  test::ScriptedPeer peer(echo);
  make_for(peer.url());
  const CallResult result = run(get("/"));
  ASSERT_TRUE(result);
  EXPECT_THAT(result->body, testing::ContainsRegex("X-Request-Id: [!-~]+\r\n"));
  EXPECT_THAT(result->body, testing::ContainsRegex("traceparent: 00-[0-9a-f]+-[0-9a-f]+-01\r\n"));
  EXPECT_THAT(result->body, testing::Not(HasSubstr("Content-Length")));
  client_.reset();
}

TEST_F(ClientCall, AnswersOfEveryShapeAreRead) {
  const std::vector<std::pair<std::string, std::string>> shapes = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
       "200 ok"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\n\r\nHTTP/1.1 201 \r\nContent-Length: "
       "0\r\n\r\n",
       "201 "},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 "},
      {"HTTP/1.0 404 Not Found\r\n\r\nuntil the end", "404 until the end"},
      {"HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", "500 x"},
  };
  for (const auto& [bytes, expected] : shapes) {
    test::ScriptedPeer peer([&bytes](test::RawSocket& socket, std::size_t) {
      socket.read_request();
      for (const char c : bytes) socket.send(std::string(1, c));
    });
    make_for(peer.url());
    const CallResult result = run(get("/"));
    ASSERT_TRUE(result) << bytes << ": " << result.error().detail;
    EXPECT_EQ(std::to_string(result->status) + " " + result->body, expected);
    client_.reset();
  }
}

TEST_F(ClientCall, HeadHasNoBody) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    for (int i = 0; i < 2; ++i) {
      socket.read_request();
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    }
    socket.read_to_end();
  });
  make_for(peer.url());
  for (int i = 0; i < 2; ++i) {
    Call call = get("/");
    call.method = Method::head;
    const CallResult result = run(std::move(call));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->headers.find("content-length"), "100");
  }
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientCall, NothingIsSentAfterTheLease) {
  std::atomic<int> requests = 0;
  test::ScriptedPeer peer([&](test::RawSocket& socket, std::size_t number) {
    if (!socket.read_request().empty()) ++requests;
    socket.send(test::ok_answer("{}"));
    echo(socket, number);
  });
  make_for(peer.url());
  Call call = post("/transfers", "{}");
  call.send_before = clock_.monotonic() + 5s;
  clock_.advance(5s);
  ASSERT_TRUE(run(call));
  clock_.advance(1us);
  const CallResult result = run(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::too_late);
  EXPECT_FALSE(result.error().request_sent);
  EXPECT_TRUE(run(get("/")));
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientCall, RequestsThatAreNoHttpAreNotSent) {
  make_for("http://127.0.0.1:" + std::to_string(test::closed_port()));
  test::ScriptedPeer peer(echo);
  make_for(peer.url());
  Call split = get("/a");
  split.headers = {{"X-A", "b\r\nX-C: d"}};
  for (Call call : {get("a"), get("/a b"), get("/a\r\nX: y"), split}) {
    const CallResult result = run(std::move(call));
    ASSERT_FALSE(result);
    EXPECT_FALSE(result.error().request_sent);
  }
  client_.reset();
}

TEST_F(ClientCall, UrlsAreChecked) {
  for (const std::string url : {"", "nonsense", "ftp://a", "http://", "http://user@a", "http://a?q",
                                "http://a#f", "http://a:0", "http://a:99999", "http://a b"}) {
    ClientSettings settings;
    settings.base_url = url;
    EXPECT_FALSE(Client::make(context_.get_executor(), settings, clock_)) << url;
  }
  for (const std::string url : {"http://a", "https://a.b:8443/api/v1", "http://[::1]:80"}) {
    ClientSettings settings;
    settings.base_url = url;
    EXPECT_TRUE(Client::make(context_.get_executor(), settings, clock_)) << url;
  }
}

TEST_F(ClientCall, NamesAreResolved) {
  test::ScriptedPeer peer(echo);
  make_for("http://localhost:" + std::to_string(peer.port()));
  const CallResult result = run(get("/"));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_THAT(result->body, HasSubstr("Host: localhost:"));
  client_.reset();
}

TEST_F(ClientReuse, OneConnectionCarriesCallAfterCall) {
  test::ScriptedPeer peer(echo);
  make_for(peer.url());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(run(post("/", "{}")));
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientReuse, NotWhenThePeerSaysClose) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    socket.read_to_end();
  });
  make_for(peer.url());
  ASSERT_TRUE(run(get("/")));
  ASSERT_TRUE(run(get("/")));
  EXPECT_EQ(client_->connections_made(), 2U);
  client_.reset();
}

TEST_F(ClientReuse, NotWhenThePeerHasClosedMeanwhile) {
  std::promise<void> closed;
  test::ScriptedPeer peer([&](test::RawSocket& socket, std::size_t number) {
    if (number > 0) return echo(socket, number);
    socket.read_request();
    socket.send(test::ok_answer("{}"));
    socket.shut_down_sending();
    closed.set_value();
    socket.read_to_end();
  });
  make_for(peer.url());
  ASSERT_TRUE(run(get("/")));
  closed.get_future().wait();
  ASSERT_TRUE(run(post("/", "{}")));
  EXPECT_EQ(client_->connections_made(), 2U);
  client_.reset();
}

TEST_F(ClientReuse, NotWhenThePeerSaysMoreThanItWasAsked) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.send(test::ok_answer("mine") + test::ok_answer("not yours"));
    socket.read_to_end();
  });
  make_for(peer.url());
  for (int i = 0; i < 3; ++i) {
    const CallResult result = run(get("/"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, "mine");
  }
  EXPECT_EQ(client_->connections_made(), 3U);
  client_.reset();
}

TEST_F(ClientReuse, IdleConnectionsAreClosedInTime) {
  std::atomic<bool> ended = false;
  test::ScriptedPeer peer([&](test::RawSocket& socket, std::size_t number) {
    echo(socket, number);
    ended = true;
  });
  ClientSettings settings;
  settings.base_url = peer.url();
  settings.idle_timeout = 20ms;
  make(settings);
  ASSERT_TRUE(run(get("/")));
  test::run_until(context_, [&] {
    context_.run_for(1ms);
    return ended.load();
  });
  ASSERT_TRUE(run(get("/")));
  EXPECT_EQ(client_->connections_made(), 2U);
  client_.reset();
}

TEST(EncodeComponent, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(encode_component("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(encode_component("a/b c?&=%+"), "a%2Fb%20c%3F%26%3D%25%2B");
  EXPECT_EQ(encode_component("\xC3\xA9"), "%C3%A9");
}

}  // namespace
}  // namespace remit::net
