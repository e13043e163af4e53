// One connection of the server: reads a request, has it answered, writes the answer, and again.
//
// Kept alive by the coroutine that runs it; the server knows all of them, tells them to drain or
// close, and asks each to look at its deadline on every tick, which is cheaper than a timer per
// read. Loop thread. Nothing escapes `run`: whatever fails ends the connection.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cors.hpp"
#include "remit/base/task.hpp"
#include "remit/net/server.hpp"
#include "request_reader.hpp"

namespace remit::net {

/// TCP and unix sockets alike.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// What all sessions of a server have in common.
struct ServerCore {
  ServerSettings settings;
  RequestLimits limits;
  Router router;
  Cors cors;
  /// Bytes of large answers that their clients have not taken yet.
  mutable std::size_t unsent = 0;
};

class Session {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  Session(Socket socket, std::shared_ptr<const ServerCore> core);

  /// Until the connection ends.
  Task<void> run();
  /// Instead of `run` when there are too many connections: says so and hangs up.
  Task<void> turn_away();

  /// The next answer ends the connection, unless more requests have come on it by then.
  void retire() { retiring_ = true; }
  /// Retires it, and a connection that waits for a request is closed, unless one has come by now or
  /// the connection is so new that its first is on its way.
  void begin_drain();
  void close();
  void enforce_deadline(Instant now);
  /// How many came since the last time.
  [[nodiscard]] std::size_t take_requests() { return std::exchange(requests_, 0); }

 private:
  /// What the deadline is for.
  enum class Phase : std::uint8_t { idle, header, body, handling, writing, lingering };
  enum class Received : std::uint8_t { request, refused, nothing };

  Task<bool> serve_one();
  Task<Received> receive();
  Task<Response> answer(Request request);
  Task<Response> call_handler(const Handler* handler, Request request);
  Task<bool> send(Response response, bool is_head, bool keep_alive);
  Task<bool> read_some();
  /// As the response asks: cut short, or byte by byte.
  Task<bool> send_badly(Response response, bool keep_alive);
  Task<bool> write(std::string_view head, std::string_view body);
  /// Lets the peer read our last words: closing over unread input would reset the connection.
  Task<void> linger();

  void enter(Phase phase, std::chrono::milliseconds timeout);
  [[nodiscard]] std::string_view pending() const;
  /// Whether bytes have come that no request has been made of yet.
  [[nodiscard]] bool has_input();

  Socket socket_;
  std::shared_ptr<const ServerCore> core_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestReader> reader_;
  telemetry::TraceContext trace_;
  Problem refusal_;
  std::string out_;
  const Instant begun_at_ = std::chrono::steady_clock::now();
  Instant deadline_ = Instant::max();
  Phase phase_ = Phase::idle;
  bool timed_out_ = false;
  bool is_used_ = false;  ///< a request has come on it
  bool retiring_ = false;
  bool draining_ = false;
  std::size_t requests_ = 0;
};

}  // namespace remit::net
