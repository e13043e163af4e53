// Shared by a call in flight and those who may end it early: its deadline timer and a signal.
//
// Made per call, owned by its coroutine; the client knows all of them so that `close` reaches each.
// `interrupt` may come at any moment on the loop thread: it aborts the connection in use or wakes
// the coroutine from its wait, and the coroutine then sees why.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <utility>

#include "await_tuple.hpp"
#include "connection.hpp"
#include "remit/base/task.hpp"

namespace remit::net {

class CallState : public std::enable_shared_from_this<CallState> {
 public:
  enum class Interruption : std::uint8_t { none, timed_out, closed };

  explicit CallState(const Executor& executor) : deadline_(executor), signal_(executor) {}

  void start_deadline(std::chrono::steady_clock::time_point deadline) {
    deadline_.expires_at(deadline);
    deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (self && !error) self->interrupt(Interruption::timed_out);
    });
  }
  void stop_deadline() { deadline_.cancel(); }

  void interrupt(Interruption why) {
    if (interruption_ != Interruption::none) return;
    interruption_ = why;
    if (connection_) connection_->abort();
    wake();
  }
  [[nodiscard]] Interruption interruption() const { return interruption_; }
  [[nodiscard]] bool is_interrupted() const { return interruption_ != Interruption::none; }

  /// The connection that an interruption, past or to come, has to abort.
  void use(std::shared_ptr<Connection> connection) {
    connection_ = std::move(connection);
    if (connection_ && is_interrupted()) connection_->abort();
  }

  /// Ends the present or the next `wait`.
  void wake() {
    woken_ = true;
    signal_.cancel();
  }
  Task<void> wait() {
    signal_.expires_at(std::chrono::steady_clock::time_point::max());
    while (!woken_ && !is_interrupted()) {
      co_await signal_.async_wait(kAwaitTuple);
    }
    woken_ = false;
  }

 private:
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer signal_;
  std::shared_ptr<Connection> connection_;
  Interruption interruption_ = Interruption::none;
  bool woken_ = false;
};

}  // namespace remit::net
