// One connection of the server: reads a request, has it answered, writes the answer, and again.
//
// Kept alive by the coroutine that runs it; the server knows all of them, tells them to drain or
// close, and asks each to look at its deadline on every tick, which is cheaper than a timer per
// read. Loop thread. `run` throws nothing: any failure ends the connection.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "access_log.hpp"
#include "cors.hpp"
#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/server.hpp"
#include "request_reader.hpp"

namespace remit::net {

/// TCP and unix sockets alike.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// What all sessions of a server have in common.
struct ServerCore {
  ServerSettings settings;
  RequestLimits limits;
  std::vector<LargeBody> large_bodies;  ///< what `limits` refers to
  Router router;
  Cors cors;
  ServerPartners partners;
  /// Bytes of large answers that their clients have not taken yet.
  mutable std::size_t unsent = 0;
  /// Bytes that requests with large bodies have, or may have, while they come and are answered.
  mutable std::size_t large_requests = 0;
  /// Of keys for requests that come without one.
  std::shared_ptr<UuidSource> keys = std::make_shared<RandomUuidSource>();
};

/// Is part of a sum as long as it lives.
class Counted {
 public:
  Counted(std::size_t& sum, std::size_t size) : sum_(sum), size_(size) { sum_ += size_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { sum_ -= size_; }

 private:
  std::size_t& sum_;
  const std::size_t size_;
};

class Session {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  Session(Socket socket, std::shared_ptr<const ServerCore> core);

  /// Until the connection ends.
  Task<void> run();
  /// Instead of `run` when there are too many connections: refuses and closes.
  Task<void> reject_overloaded();

  /// The next answer ends the connection, unless more requests have come on it by then.
  void retire() { retiring_ = true; }
  /// Retires it, and a connection that waits for a request is closed, unless one has come by now or
  /// the connection is so new that its first is on its way. Who has taken it over is told.
  void begin_drain();
  void close();
  void enforce_deadline(Instant now);
  /// How many came since the last time.
  [[nodiscard]] std::size_t take_requests() { return std::exchange(requests_, 0); }

 private:
  /// What the deadline is for.
  enum class Phase : std::uint8_t { idle, header, body, handling, writing, taken_over, lingering };
  enum class Received : std::uint8_t { request, refused, nothing };
  enum class Then : std::uint8_t { keep_alive, close };
  friend class Stream;

  Task<bool> serve_one();
  Task<Received> receive();
  /// Counts the body that follows as a large one; false: there are too many.
  bool make_room();
  Task<Response> answer(Request request);
  /// Whether the caller may make the request, which is then the caller's.
  Result<void> admit(Scope scope, Caller caller, Request& request);
  /// Makes the request ready for its handler.
  Result<void> prepare(Router::Match& match, Request& request) const;
  [[nodiscard]] Response answer_without_route(const Request& request,
                                              const Router::Match& match) const;
  void report(std::optional<Method> method, const Route* route, int status, Instant since) const;
  Task<void> hand_over(Response response);
  Task<bool> send(Response response, Then then);
  Task<bool> read_some();
  Task<bool> wait_readable();
  /// Appends what has come; false: nothing will.
  bool read_now(std::string& bytes);
  Task<bool> write(std::string_view head, std::string_view body);
  /// How many bytes the socket took at once; nothing: the connection is lost.
  std::optional<std::size_t> write_now(std::span<const std::string_view> pieces);
  Task<bool> wait_writable();
  /// Lets the peer read our answer: closing with unread input would reset the connection.
  Task<void> linger();

  void enter(Phase phase, std::chrono::milliseconds timeout);
  [[nodiscard]] std::string_view pending() const;
  /// Whether bytes have come that no request has been made of yet.
  [[nodiscard]] bool has_input();

  Socket socket_;
  std::shared_ptr<const ServerCore> core_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestReader> reader_;
  std::optional<Counted> large_body_;  ///< of the request
  telemetry::TraceContext trace_;
  Problem refusal_;
  AccessRecord access_;
  std::optional<Quota> quota_;  ///< of the caller, when it has a limit
  std::string out_;
  std::optional<boost::asio::steady_timer> pause_;  ///< of who has taken the connection over
  const Instant begun_at_ = std::chrono::steady_clock::now();
  Instant deadline_ = Instant::max();
  Phase phase_ = Phase::idle;
  bool timed_out_ = false;
  bool is_used_ = false;  ///< a request has come on it
  bool is_head_ = false;  ///< the request to be answered is HEAD
  bool is_reading_ = false;
  bool farewell_is_due_ = false;  ///< who has taken it over does not know yet that it drains
  bool retiring_ = false;
  bool draining_ = false;
  std::size_t requests_ = 0;
};

}  // namespace remit::net
