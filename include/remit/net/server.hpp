// The HTTP/1.1 server: listeners, sessions, limits, timeouts, drain.
//
// Owned by the composition root; lives on the loop thread. `start` fails with a text when an
// address cannot be bound. Requests that break framing, size, media type or path rules are answered
// here as problem documents and never reach a handler; a handler that throws is answered 500 and
// logged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/net/authenticator.hpp"
#include "remit/net/router.hpp"

namespace remit::net {

/// Connections beyond `max_connections` that may be open until they have been refused.
inline constexpr std::size_t kConnectionsRejected = 64;

struct ServerSettings {
  /// "127.0.0.1:9999", "[::1]:0" or "unix:/run/remit.sock"; port 0 lets the system choose.
  std::vector<std::string> listen = {"127.0.0.1:9999"};
  bool reuse_port = false;
  /// Further ones are answered 503 and closed.
  std::size_t max_connections = 10'000;
  std::size_t max_body_bytes = 65'536;
  std::size_t max_header_bytes = 16'384;
  std::chrono::milliseconds header_timeout{5'000};
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};
  /// How long a new connection may wait with its first request while the server drains.
  std::chrono::milliseconds arrival_timeout{1'000};
  std::vector<std::string> cors_origins;
  /// Whether a request with a body must be application/json (the sandbox's controls are lenient).
  bool require_json = true;
  /// Whether each answer has its line in the log.
  bool log_access = false;
  /// For clients of simpler services: whether a POST without an Idempotency-Key gets one made for
  /// it, and whether lists are bare arrays.
  bool optional_keys = false;
  bool bare_lists = false;
};

/// The requests of a span of time.
struct Activity {
  std::chrono::steady_clock::duration duration{};
  std::size_t connections = 0;  ///< open ones that have sent a request
  std::size_t requests = 0;
};

inline constexpr std::size_t kNoRoute = std::numeric_limits<std::size_t>::max();

struct AnsweredRequest {
  std::optional<Method> method{};      ///< empty: it was refused before it was understood
  std::string_view route{};            ///< the pattern; empty: no route has this path and method
  std::size_t route_index = kNoRoute;  ///< in Router::routes()
  int status = 0;
  /// From the complete request to its response; sending it is not included.
  std::chrono::steady_clock::duration latency{};
};

/// Told of each request that was answered, and of the traffic, for load control and metrics.
/// Outlives its server, is called on the loop thread, and must neither wait nor throw.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_answered(const AnsweredRequest& /*request*/) {}
  /// Called a few times a second with the requests since the last call.
  virtual void on_activity(const Activity& /*activity*/) {}
};

/// The collaborators of a server. They outlive it.
struct ServerPartners {
  Authenticator* authenticator = nullptr;  ///< null: no route may ask for a scope
  RateLimiter* limiter = nullptr;          ///< null: no caller has a limit
  Observer* observer = nullptr;
};

class Server {
 public:
  /// Throws std::logic_error when a route needs a scope and there is no authenticator.
  Server(Executor executor, ServerSettings settings, Router router, ServerPartners partners = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Binds and listens on every address and begins to accept.
  [[nodiscard]] std::expected<void, std::string> start();

  /// The TCP port of the first TCP listener; 0 when there is none.
  [[nodiscard]] std::uint16_t port() const;

  /// From now on an answer ends its connection, unless more requests have come on it by then; so
  /// clients go elsewhere one by one. All else stays as it is.
  void retire_connections();

  /// Retires all, accepts who waits in the backlog and stops listening; closes connections on which
  /// no request has come, lets requests in flight finish, and closes what is left when `timeout`
  /// has passed. Returns when no session is alive: a handler that does not end holds it.
  Task<void> drain(std::chrono::milliseconds timeout);

  [[nodiscard]] std::size_t open_connections() const;
  /// Since the start, for want of a place.
  [[nodiscard]] std::size_t refused_connections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace remit::net
