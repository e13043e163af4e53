// A server on a port of its own that does to each connection what the test says: the peer that a
// client's tests need to close, stall and lie at the right moment. Scripts run on threads, one per
// connection, and are joined at the end, so they must end when their client is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/raw_socket.hpp"

namespace remit::test {

class ScriptedPeer {
 public:
  /// Gets the connection and its number, from 0.
  using Script = std::function<void(RawSocket&, std::size_t)>;

  explicit ScriptedPeer(Script script);
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  ~ScriptedPeer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void accept_loop();

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

/// "HTTP/1.1 200 OK" with this body and its length.
[[nodiscard]] std::string ok_answer(const std::string& body);

/// A port on which nobody listens.
[[nodiscard]] std::uint16_t closed_port();

/// Listens, but its queue of connections is full, so that a further connect gets no answer at all.
class FullListener {
 public:
  FullListener();
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  ~FullListener();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// For one: a client that has been trying gets through when its system repeats the first packet,
  /// about a second after it.
  void make_room();

 private:
  std::vector<int> descriptors_;  ///< the listener, then those who fill its queue
  std::uint16_t port_ = 0;
};

}  // namespace remit::test
