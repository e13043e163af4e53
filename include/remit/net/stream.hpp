// A connection that a response has taken over (`Response::take_over`): for WebSockets, endless
// responses, and the sandbox's broken ones.
//
// The session lends it for as long as the taker's coroutine runs, and closes the connection when
// that ends. Loop thread; one coroutine may read or pause while another one writes, and both end
// before the taker's. Nothing is thrown: when the peer has gone, a deadline has passed or the
// server has closed the connection, each function reports it at once, and the taker returns.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "remit/base/task.hpp"

namespace remit::net {

class Session;
struct Response;

class Stream {
 public:
  explicit Stream(Session& session) : session_(&session) {}

  /// Waits for received bytes, those after the request first. Empty: there will be none, or the
  /// server begins to drain (see `is_draining`); then a last message can still be sent.
  Task<std::string> read();
  /// All of it, or false. `bytes` stay where they are until then.
  Task<bool> write(std::string_view bytes);
  /// Sends what can be sent at once of the pieces, in one system call, and says how many bytes that
  /// were. Nothing: the connection is closed.
  [[nodiscard]] std::optional<std::size_t> write_now(std::span<const std::string_view> pieces);
  /// Until more can be written; false: the connection is closed.
  Task<bool> wait_writable();
  /// False when it ended early: the connection is closed, or the server drains.
  Task<bool> pause(std::chrono::milliseconds duration);

  /// The server's timeouts do not hold any more. After this time from now the connection is closed,
  /// unless another one is set before that; without any it stays open.
  void expires_after(std::chrono::milliseconds timeout);

  /// At once, without a farewell.
  void close();

  /// Whether received bytes wait to be read.
  [[nodiscard]] bool has_input();

  /// Whether the server wants its connections to end. It closes this one when its own time is up.
  [[nodiscard]] bool is_draining() const;

  /// The head of a response as it would be sent, with its request id, which announces the end of
  /// the connection.
  [[nodiscard]] std::string head_of(const Response& response) const;

 private:
  Session* session_;
};

}  // namespace remit::net
