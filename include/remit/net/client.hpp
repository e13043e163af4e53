// A pooled HTTP/1.1 client for one origin, http or https with certificates verified.
//
// The caller of money movements must know one thing about a failure: could the peer have seen the
// request? `CallError::request_sent` tells it; in doubt it is true. Loop thread only; owned by the
// provider client that uses it; `close` it, or destroy it, before the loop. Never follows
// redirects, never retries. Of a name with several addresses the first that answers is used, and a
// silent one delays no call for long. A name is asked for at most every 30 s while connections
// succeed, and one that was known is used on while name servers are silent.
//
// A client whose target a stranger has chosen has `may_connect`. What is checked are the addresses
// that a connection is then made to, after the name was resolved, so that no later answer of a name
// server counts. One address that may not be forbids the name: an answer with both kinds is a
// mistake at best, and which of them would be connected to is left to chance.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// How many sockets a client may have open for each of its `max_connections`: addresses of a name
/// are tried beside each other.
inline constexpr std::size_t kSocketsPerConnection = 2;

struct ClientSettings {
  std::string base_url;  ///< "http://host:port" or "https://host[:port][/prefix]"
  std::size_t max_connections = 512;
  /// Calls that wait for a connection; one more fails at once.
  std::size_t max_waiting = 10'000;
  std::size_t max_response_bytes = 1'048'576;
  /// A longer answer is its beginning, and ends the connection; otherwise it is garbage.
  bool cuts_long_answers = false;
  std::chrono::milliseconds idle_timeout{15'000};  ///< an idle pooled connection is closed after it
  std::string ca_file;                             ///< extra trust anchor; empty: the system's
  /// Whether an address may be connected to; empty: all may.
  std::function<bool(const boost::asio::ip::address&)> may_connect;
};

/// The connections of a client, now.
struct PoolUse {
  std::size_t limit = 0;
  std::size_t open = 0;     ///< in use, idle or being opened
  std::size_t waiting = 0;  ///< calls that wait for one
};

struct Call {
  Method method = Method::get;
  std::string target;  ///< path and query, already encoded, below the base URL
  std::vector<Header> headers;
  std::string body;  ///< sent as application/json when not empty
  std::chrono::milliseconds timeout{
      10'000};  ///< for the whole call, waiting for a connection included
  /// Monotonic instant (Clock::monotonic) after which the first byte may not be sent any more: a
  /// lease that may have passed to another instance. Checked immediately before the write.
  std::optional<Duration> send_before;
  telemetry::TraceContext trace;
};

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;
  std::chrono::microseconds latency{0};
};

struct CallError {
  enum class Kind : std::uint8_t {
    no_connection,      ///< refused, unresolved, TLS failed, pool exhausted
    forbidden_address,  ///< the name has an address that may not be connected to
    too_late,           ///< `send_before` had passed
    timed_out,
    broken,   ///< the connection ended before a whole answer
    garbage,  ///< not HTTP, or larger than allowed
  };
  Kind kind = Kind::broken;
  bool request_sent = true;  ///< false: certainly not one byte reached the peer
  std::string detail;
  std::chrono::microseconds latency{0};
};

/// Default-constructible holder of either, as co_spawn requires.
using CallResult = std::expected<Answer, CallError>;

class Client {
 public:
  class Impl;  ///< of use in src/net only

  /// Fails with a text when the URL is not usable.
  [[nodiscard]] static std::expected<std::unique_ptr<Client>, std::string> make(
      Executor executor, ClientSettings settings, const Clock& clock);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  Task<CallResult> call(Call call);

  /// Closes idle connections and fails calls in flight.
  void close();

  [[nodiscard]] std::size_t connections_made() const;
  [[nodiscard]] PoolUse pool_use() const;

 private:
  explicit Client(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Percent-encodes everything that is not unreserved in a URL component (RFC 3986).
[[nodiscard]] std::string encode_component(std::string_view text);

}  // namespace remit::net
