// An address that is listened on: "127.0.0.1:9999", "[::1]:0", "localhost:80" or "unix:/path".
//
// A unix socket file without a listener is replaced; one that is alive, or a file that is no
// socket, is an error, and the file made here is removed on close. Owned by the server, loop
// thread. Opening fails with a text.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "remit/base/task.hpp"

namespace remit::net {

class Listener {
 public:
  using Acceptor =
      boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol, Executor>;

  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, std::string> open(
      const Executor& executor, const std::string& address, bool reuse_port);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(); }

  [[nodiscard]] Acceptor& acceptor() { return acceptor_; }
  /// What an accept loop waits on after an error; ended by `close`.
  [[nodiscard]] boost::asio::steady_timer& pause() { return pause_; }
  [[nodiscard]] bool is_tcp() const { return unix_path_.empty(); }
  /// 0 when this is a unix socket.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Clients that are not in the backlog by now, or about to be, are refused: no new connection is
  /// lost between the last `accept` and `close`.
  void stop_admitting();
  void close();

 private:
  explicit Listener(const Executor& executor) : acceptor_(executor), pause_(executor) {}
  std::expected<void, std::string> listen_on_tcp(const std::string& address, bool reuse_port);
  std::expected<void, std::string> listen_on_unix(const std::string& path);
  std::expected<void, std::string> bind_and_listen(
      const boost::asio::generic::stream_protocol::endpoint& endpoint, bool reuse_port);
  /// Once: a file with this name is a successor's afterwards.
  void remove_file();

  Acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::string unix_path_;
  bool has_file_ = false;  ///< at `unix_path_`, and of our making
  std::uint16_t port_ = 0;
};

}  // namespace remit::net
