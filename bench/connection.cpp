#include "connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace remit::bench {

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      waiting_(other.waiting_),
      since_(other.since_),
      scanner_(std::move(other.scanner_)) {}

bool Connection::open(std::uint16_t port) {
  close();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  const bool connected =
      ::connect(socket_, std::bit_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
      ::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0;
  if (!connected) close();
  return connected;
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  waiting_ = false;
  scanner_.reset();
}

int Connection::release() {
  waiting_ = false;
  return std::exchange(socket_, -1);
}

bool Connection::send(std::string_view request, Nanoseconds since) {
  since_ = since;
  // Nothing else is on its way, so the whole of it fits into the socket's buffer.
  const ssize_t written = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
  waiting_ = written == static_cast<ssize_t>(request.size());
  if (!waiting_) close();
  return waiting_;
}

Connection::Event Connection::receive() {
  static std::array<char, 65'536> buffer;  // what is kept of an answer is in the scanner
  const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Event::nothing;
  if (size <= 0 || !waiting_) {
    close();
    return Event::broken;
  }
  switch (scanner_.feed({buffer.data(), static_cast<std::size_t>(size)})) {
    case ResponseScanner::Progress::more:
      return Event::nothing;
    case ResponseScanner::Progress::done:
      waiting_ = false;
      return Event::answered;
    case ResponseScanner::Progress::broken:
      break;
  }
  close();
  return Event::broken;
}

}  // namespace remit::bench
