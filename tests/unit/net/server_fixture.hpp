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

inline Task<Result<Response>> show(Request request) {
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

inline Task<Result<Response>> throw_error(Request /*request*/) {
  throw std::runtime_error("a secret reason");
  co_return Response();
}

inline Task<Result<Response>> throw_without_words(Request /*request*/) {
  throw std::runtime_error("");
  co_return Response();
}

inline Task<Result<Response>> hold(std::shared_ptr<Gate> gate) {
  ++gate->entered;
  co_await gate->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return json_response(200, "\"held\"");
}

inline Task<Result<Response>> large(Request /*request*/) {
  co_return json_response(200, std::string(8'000'000, 'x'));
}

inline Task<Result<Response>> sly_headers(Request /*request*/) {
  Response response = json_response(201, "{}");
  response.headers = {{"X-Split", "a\r\nX-Evil: 1"},
                      {"Content-Length", "999"},
                      {"Bad Name", "x"},
                      {"Location", "/somewhere"},
                      {"X-Request-Id", "forged"}};
  co_return response;
}

inline Task<Result<Response>> empty_answer(Request /*request*/) {
  Response response;
  response.status = 204;
  co_return response;
}

inline Task<Result<Response>> show_caller(Request request) {
  const TenantId tenant = request.tenant();
  co_return json_response(200, "\"tenant " + std::to_string(tenant.value()) + " " +
                                   request.caller->key->to_string() + "\"");
}

inline Task<Result<Response>> be_taken_over(TakeOver take_over) {
  Response response = json_response(200, "");
  response.take_over = std::move(take_over);
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

  [[nodiscard]] virtual Router make_router() const {
    Router router;
    router.add(std::vector<Route>{
        {Method::get, "/show", Scope::open, show},
        {Method::post, "/show", Scope::open, show},
        {Method::put, "/show/{id}", Scope::open, show},
        {Method::get, "/throw", Scope::open, throw_error},
        {Method::get, "/throw-without-words", Scope::open, throw_without_words},
        {Method::get, "/held", Scope::open, [gate = gate_](Request) { return hold(gate); }},
        {Method::get, "/large", Scope::open, large},
        {Method::get, "/sly", Scope::open, sly_headers},
        {Method::delete_, "/empty", Scope::open, empty_answer},
        {Method::get, "/whose", scope_, show_caller},
        {Method::get, "/whose-open", Scope::open, show_caller},
        {Method::get, "/taken", Scope::open,
         [take_over = take_over_](Request) { return be_taken_over(take_over); }}});
    return router;
  }

  void start() {
    server_ = std::make_unique<Server>(loop_.context().get_executor(), settings_, make_router(),
                                       partners_);
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
  ServerPartners partners_;
  Scope scope_ = Scope::open;  ///< that "/whose" asks for
  TakeOver take_over_;         ///< what "/taken" does
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace remit::net
