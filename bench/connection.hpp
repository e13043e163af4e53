// One keep-alive connection to a port of this machine, with at most one request outstanding.
//
// Owned by a LoadLoop, used from its thread. The socket does not block once it is open; opening
// does, as long as the listener's queue is full. No function throws: failure is a return value, and
// the connection is then closed.
#pragma once

#include <cstdint>
#include <string_view>

#include "response_scanner.hpp"

namespace remit::bench {

/// Nanoseconds of the monotonic clock.
using Nanoseconds = std::int64_t;

class Connection {
 public:
  enum class Event { nothing, answered, broken };

  Connection() = default;
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection() { close(); }

  [[nodiscard]] bool open(std::uint16_t port);
  void close();
  /// The socket, which is the caller's from now on.
  [[nodiscard]] int release();

  /// `since` is when the wait for the answer began, which may be before now.
  [[nodiscard]] bool send(std::string_view request, Nanoseconds since);

  /// When the socket is readable. An answer after which the server closes is `answered` first.
  [[nodiscard]] Event receive();

  [[nodiscard]] bool is_open() const { return socket_ >= 0; }
  [[nodiscard]] bool is_waiting() const { return waiting_; }
  [[nodiscard]] Nanoseconds since() const { return since_; }
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] const ResponseScanner& answer() const { return scanner_; }

 private:
  int socket_ = -1;
  bool waiting_ = false;
  Nanoseconds since_ = 0;
  ResponseScanner scanner_;
};

}  // namespace remit::bench
