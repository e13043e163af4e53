// One connection of the client, plain or TLS, used by one call at a time.
//
// Owned by the pool or by the call that uses it; loop thread. `abort` may be called at any moment
// and ends whatever is awaited. Failures are error codes or texts; nothing throws.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect_race.hpp"
#include "origin.hpp"
#include "remit/base/task.hpp"

namespace remit::net {

class Connection {
 public:
  using Tcp = boost::asio::ip::tcp;

  /// `tls` is null for plain connections.
  Connection(const Executor& executor, std::shared_ptr<boost::asio::ssl::context> tls);

  /// Connects to the first address that answers, then does the TLS handshake. Empty when connected,
  /// else what failed.
  Task<std::string> open(std::vector<Tcp::endpoint> endpoints, std::shared_ptr<SpareSockets> spares,
                         std::string host);
  /// Of a connection that is open: the endpoint that answered.
  [[nodiscard]] Tcp::endpoint peer() const;

  /// Whether the peer has neither closed an idle connection nor sent unexpected data.
  [[nodiscard]] bool is_fresh();

  struct Written {
    boost::system::error_code error;
    bool any = false;  ///< a byte may have left this process
  };
  /// `bytes` must outlive the call.
  Task<Written> write(std::string_view bytes);

  /// Reads more into `buffer()`.
  Task<boost::system::error_code> read();
  [[nodiscard]] boost::beast::flat_buffer& buffer() { return buffer_; }

  void abort();

  std::chrono::steady_clock::time_point idle_since;

 private:
  Task<boost::system::error_code> shake_hands(std::string host);
  Task<Written> write_plain(std::string_view bytes);

  Executor executor_;
  Tcp::socket socket_;
  std::shared_ptr<ConnectRace> race_;  ///< while it is being connected
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::optional<boost::asio::ssl::stream<Tcp::socket&>> stream_;
  boost::beast::flat_buffer buffer_;
  bool aborted_ = false;
};

/// Trust for https: the system's anchors and those of `ca_file`, TLS 1.2 or newer. Fails with a
/// text.
[[nodiscard]] std::expected<std::shared_ptr<boost::asio::ssl::context>, std::string>
make_tls_context(const std::string& ca_file);

}  // namespace remit::net
