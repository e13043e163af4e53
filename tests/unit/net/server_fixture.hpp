// A server on a loop thread of its own, with handlers that show what reached them. Tests talk to it
// with raw sockets.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "remit/net/server.hpp"
#include "support/loop_thread.hpp"
#include "support/raw_socket.hpp"

namespace remit::net {

/// A handler at "/held" waits on it until the test lets it go.
struct Gate {
  explicit Gate(const Executor& executor) : timer(executor) {
    timer.expires_at(std::chrono::steady_clock::time_point::max());
  }
  boost::asio::steady_timer timer;
  std::atomic<int> entered = 0;
};

inline Task<Response> show(Request request) {
  std::string body = "{\"method\":" + quote_json(to_string(request.method)) +
                     ",\"path\":" + quote_json(request.path) + ",\"query\":[";
  for (const auto& [name, value] : request.query) {
    if (body.back() != '[') body += ',';
    body += quote_json(name + "=" + value);
  }
  body += "],\"body\":" + quote_json(request.body) +
          ",\"id\":" + quote_json(request.path_parameter("id")) +
          ",\"trace\":" + quote_json(request.trace.trace_id) + "}";
  co_return json_response(200, std::move(body));
}

inline Task<Response> throw_error(Request /*request*/) {
  throw std::runtime_error("a secret reason");
  co_return Response();
}

inline Task<Response> hold(std::shared_ptr<Gate> gate) {
  ++gate->entered;
  co_await gate->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return json_response(200, "\"held\"");
}

inline Task<Response> large(Request /*request*/) {
  co_return json_response(200, std::string(8'000'000, 'x'));
}

inline Task<Response> sly_headers(Request /*request*/) {
  Response response = json_response(201, "{}");
  response.headers = {{"X-Split", "a\r\nX-Evil: 1"},
                      {"Content-Length", "999"},
                      {"Bad Name", "x"},
                      {"Location", "/somewhere"},
                      {"X-Request-Id", "forged"}};
  co_return response;
}

inline Task<Response> empty_answer(Request /*request*/) {
  Response response;
  response.status = 204;
  co_return response;
}

inline Task<Response> drop(Request /*request*/) {
  Response response = json_response(200, "\"unseen\"");
  response.drop_connection = true;
  co_return response;
}

inline Task<Response> answer_half(Request /*request*/) {
  Response response = json_response(200, "\"half\"");
  response.cut_short = true;
  co_return response;
}

inline Task<Response> answer_slowly(Request /*request*/) {
  Response response = json_response(200, "\"slow\"");
  response.trickle = std::chrono::milliseconds(1);
  co_return response;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() : gate_(std::make_shared<Gate>(loop_.context().get_executor())) {
    settings_.listen = {"127.0.0.1:0"};
  }
  ~ServerTest() override {
    open_gate();
    loop_.call([this] { server_.reset(); });
  }

  [[nodiscard]] Router make_router() const {
    Router router;
    router.add(Method::get, "/show", show);
    router.add(Method::post, "/show", show);
    router.add(Method::put, "/show/{id}", show);
    router.add(Method::get, "/throw", throw_error);
    router.add(Method::get, "/held", [gate = gate_](Request) { return hold(gate); });
    router.add(Method::get, "/large", large);
    router.add(Method::get, "/sly", sly_headers);
    router.add(Method::delete_, "/empty", empty_answer);
    router.add(Method::get, "/dropped", drop);
    router.add(Method::get, "/half", answer_half);
    router.add(Method::get, "/slow", answer_slowly);
    return router;
  }

  void start() {
    server_ = std::make_unique<Server>(loop_.context().get_executor(), settings_, make_router());
    const auto started = loop_.call([this] { return server_->start(); });
    if (!started) throw std::runtime_error(started.error());
    port_ = server_->port();
  }

  [[nodiscard]] test::RawSocket connect() const { return test::RawSocket::to_port(port_); }

  /// Sends the bytes on a connection of their own and reads the first answer.
  std::optional<test::RawAnswer> ask(const std::string& bytes, bool has_body = true) {
    test::RawSocket socket = connect();
    socket.send(bytes);
    return socket.read_answer(has_body);
  }
  /// The same, and "400 BAD_REQUEST closed" of it: status, code, and whether the connection ended.
  std::string verdict(const std::string& bytes) {
    test::RawSocket socket = connect();
    socket.send(bytes);
    const auto answer = socket.read_answer();
    if (!answer) return "no answer";
    std::string text = std::to_string(answer->status);
    if (const auto value = parse_json(answer->body); value && value->object() != nullptr) {
      const auto code = value->object()->find("code");
      if (code != value->object()->end()) text += " " + *code->second.string();
    }
    if (answer->header("connection") == "close") text += " close";
    return text;
  }

  void open_gate() {
    loop_.call([this] { gate_->timer.expires_at(std::chrono::steady_clock::time_point::min()); });
  }

  /// Turns the loop until `done()` holds on it.
  template <class Done>
  void wait_until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!loop_.call(done)) {
      if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("it never came about");
      std::this_thread::yield();
    }
  }

  test::LoopThread loop_;
  std::shared_ptr<Gate> gate_;
  ServerSettings settings_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace remit::net
