#include "listener.hpp"

#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>
#include <optional>
#include <utility>

#include "listen_address.hpp"

namespace remit::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Whatever the system allows (net.core.somaxconn cuts it).
constexpr int kBacklog = 4'096;

/// Removes a socket file that refuses connections: its server has died.
std::expected<void, std::string> clear_stale_socket(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) return std::unexpected("'" + path + "' is not a socket");
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error != asio::error::connection_refused) {
    return std::unexpected("'" + path + "' is in use by another process");
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace

std::expected<std::unique_ptr<Listener>, std::string> Listener::open(const Executor& executor,
                                                                     const std::string& address,
                                                                     bool reuse_port) {
  std::unique_ptr<Listener> listener(new Listener(executor));
  const std::optional<std::string> path = unix_path_of(address);
  const auto listening =
      path ? listener->listen_on_unix(*path) : listener->listen_on_tcp(address, reuse_port);
  if (!listening) return std::unexpected("cannot listen: " + listening.error());
  return listener;
}

std::expected<void, std::string> Listener::listen_on_tcp(const std::string& address,
                                                         bool reuse_port) {
  const auto endpoint = tcp_endpoint_of(address);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto bound = bind_and_listen(*endpoint, reuse_port);
  if (!bound) return std::unexpected(address + ": " + bound.error());
  asio::ip::tcp::endpoint local;
  const auto actual = acceptor_.local_endpoint();
  std::memcpy(local.data(), actual.data(), actual.size());
  port_ = local.port();
  return {};
}

std::expected<void, std::string> Listener::listen_on_unix(const std::string& path) {
  const auto endpoint = unix_endpoint_of(path);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (const auto cleared = clear_stale_socket(path); !cleared) return cleared;
  const auto bound = bind_and_listen(*endpoint, false);
  if (!bound) return std::unexpected(path + ": " + bound.error());
  unix_path_ = path;
  has_file_ = true;
  return {};
}

std::expected<void, std::string> Listener::bind_and_listen(
    const asio::generic::stream_protocol::endpoint& endpoint, bool reuse_port) {
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  const bool is_unix = endpoint.protocol().family() == AF_UNIX;
  if (!error && !is_unix) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && reuse_port) {
    using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor_.set_option(ReusePort(true), error);
  }
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  // Only while waiting connections are accepted; pending waits are not affected.
  if (!error) acceptor_.non_blocking(true, error);
  if (error) return std::unexpected(error.message());
  return {};
}

void Listener::stop_admitting() {
  if (!acceptor_.is_open()) return;
  if (!is_tcp()) {
    remove_file();
    return;
  }
  // Drops a SYN without ACK, the first word of a new connection, which is repeated a second later
  // and finds the port closed; what belongs to a connection half made passes. A kernel without such
  // filters leaves a moment in which a connection is reset.
  constexpr std::uint32_t kFlagsAt = 13;
  constexpr std::uint32_t kAck = 0x10;
  constexpr std::uint32_t kSyn = 0x02;
  std::array<sock_filter, 5> code = {{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsAt),
                                      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kAck, 2, 0),
                                      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kSyn, 0, 1),
                                      BPF_STMT(BPF_RET | BPF_K, 0),
                                      BPF_STMT(BPF_RET | BPF_K, 0xffffffffU)}};
  const sock_fprog program{.len = code.size(), .filter = code.data()};
  ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void Listener::close() {
  if (!acceptor_.is_open()) return;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  remove_file();
}

void Listener::remove_file() {
  if (std::exchange(has_file_, false)) ::unlink(unix_path_.c_str());
}

}  // namespace remit::net
