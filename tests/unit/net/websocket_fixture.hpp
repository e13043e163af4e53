// A server whose "/socket" is a WebSocket, with a clock that the test moves.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "remit/net/websocket.hpp"
#include "server_fixture.hpp"
#include "support/manual_alarms.hpp"
#include "support/websocket_client.hpp"

namespace remit::net {

/// Sends back what it gets.
inline Task<void> echo_messages(std::shared_ptr<WebSocket> socket) {
  for (;;) {
    std::optional<std::string> message = co_await socket->receive();
    if (!message) break;
    socket->send(std::make_shared<const std::string>(*std::move(message)));
  }
}

/// Lets what the client sends pass by, until the end.
inline Task<void> only_send(std::shared_ptr<WebSocket> socket) {
  bool more = true;
  while (more) {
    const std::optional<std::string> message = co_await socket->receive();
    more = message.has_value();
  }
}

class WebSocketTest : public ServerTest {
 protected:
  WebSocketTest()
      : clock_(Timestamp(std::chrono::seconds(1'000))),
        alarms_(loop_.context().get_executor(), clock_) {}
  ~WebSocketTest() override {
    loop_.call([this] { server_.reset(); });
    wait_until([this] { return live_sockets() == 0; });
  }

  [[nodiscard]] Router make_router() const override {
    Router router = ServerTest::make_router();
    router.add({Method::get, "/socket", scope_,
                [this](Request request) { return answer(std::move(request)); }});
    return router;
  }
  [[nodiscard]] Task<Result<Response>> answer(Request request) const {
    Response response = acceptor_->accept(request, [this](std::shared_ptr<WebSocket> socket) {
      opened_.push_back(socket);
      return taker_(std::move(socket));
    });
    co_return response;
  }

  void start() {
    acceptor_ = std::make_unique<WebSocketAcceptor>(socket_settings_, clock_, alarms_);
    ServerTest::start();
  }
  void start_with(WebSocketTaker taker) {
    taker_ = std::move(taker);
    start();
  }

  [[nodiscard]] test::WebSocketClient unopened() const { return test::WebSocketClient(connect()); }
  [[nodiscard]] test::WebSocketClient open() const {
    test::WebSocketClient client = unopened();
    const auto answer = client.open("/socket");
    if (!answer || answer->status != 101) throw std::runtime_error("no WebSocket was opened");
    return client;
  }

  /// Calls `function` on the loop with the socket that was opened last.
  template <class Function>
  auto with_socket(Function function) {
    return loop_.call([&] {
      const std::shared_ptr<WebSocket> socket = opened_.back().lock();
      if (!socket) throw std::runtime_error("the socket has ended");
      return function(*socket);
    });
  }
  bool push(std::string text) {
    auto body = std::make_shared<const std::string>(std::move(text));
    return with_socket([&](WebSocket& socket) { return socket.send(body); });
  }
  void advance(Duration by) {
    loop_.call([&] { alarms_.advance(by); });
  }
  /// Until the heartbeat knows what has happened.
  void wait_for_heartbeats(std::size_t count) {
    wait_until([this, count] { return alarms_.waiting() == count; });
  }
  std::future<void> drain(std::chrono::milliseconds timeout) {
    return boost::asio::co_spawn(loop_.context(), server_->drain(timeout), boost::asio::use_future);
  }
  [[nodiscard]] std::size_t live_sockets() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(opened_, [](const auto& socket) { return !socket.expired(); }));
  }

  WebSocketSettings socket_settings_;
  test::ManualClock clock_;
  mutable test::ManualAlarms alarms_;
  std::unique_ptr<WebSocketAcceptor> acceptor_;
  WebSocketTaker taker_ = echo_messages;
  mutable std::vector<std::weak_ptr<WebSocket>> opened_;  ///< loop thread
};

}  // namespace remit::net
