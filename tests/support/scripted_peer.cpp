#include "support/scripted_peer.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

namespace remit::test {
namespace {

int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

/// A socket bound to a free loopback port, and that port.
std::pair<int, std::uint16_t> bound_socket() {
  const int descriptor = new_socket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof(address));
  socklen_t size = sizeof(generic);
  if (::bind(descriptor, &generic, size) != 0 || ::getsockname(descriptor, &generic, &size) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  std::memcpy(&address, &generic, sizeof(address));
  return {descriptor, ntohs(address.sin_port)};
}

}  // namespace

ScriptedPeer::ScriptedPeer(Script script) : script_(std::move(script)) {
  std::tie(listener_, port_) = bound_socket();
  if (::listen(listener_, 64) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { accept_loop(); });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& connection : connections_) connection.join();
}

void ScriptedPeer::accept_loop() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    connections_.emplace_back([this, descriptor, number = connections_.size()] {
      try {
        RawSocket socket(descriptor);
        script_(socket, number);
      } catch (const std::exception&) {
        // A read that found no end: the client's side of the test says what was wrong.
      }
    });
  }
}

std::string ok_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::uint16_t closed_port() {
  const auto [descriptor, port] = bound_socket();
  ::close(descriptor);
  return port;
}

FullListener::FullListener() {
  const auto [listener, port] = bound_socket();
  descriptors_.push_back(listener);
  port_ = port;
  if (::listen(listener, 0) != 0) throw std::runtime_error("cannot listen");
  ::fcntl(listener, F_SETFL, O_NONBLOCK);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof(address));
  for (int i = 0; i < 8; ++i) {
    descriptors_.push_back(new_socket());
    ::fcntl(descriptors_.back(), F_SETFL, O_NONBLOCK);
    ::connect(descriptors_.back(), &generic, sizeof(address));
  }
}

void FullListener::make_room() {
  const int listener = descriptors_.front();
  for (std::size_t i = 1; i < descriptors_.size(); ++i) ::close(descriptors_[i]);
  descriptors_.resize(1);
  for (int waiting = ::accept(listener, nullptr, nullptr); waiting >= 0;
       waiting = ::accept(listener, nullptr, nullptr)) {
    ::close(waiting);
  }
}

FullListener::~FullListener() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

}  // namespace remit::test
