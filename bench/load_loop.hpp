// Generates load: connections on one epoll, one thread, two system calls a request.
//
// Lives for one run and is used from the thread that made it. A connection that breaks under a
// request or waits longer than the timeout counts as an error and is reopened; one that cannot be
// opened is abandoned. Throws std::system_error when the system gives it no epoll.
#pragma once

#include <cstdint>
#include <vector>

#include "connection.hpp"
#include "pacing.hpp"
#include "requests.hpp"
#include "tally.hpp"

namespace remit::bench {

/// Of the monotonic clock: requests are sent from `begin` to `end`, those answered from `measure`
/// on count.
struct Window {
  Nanoseconds begin = 0;
  Nanoseconds measure = 0;
  Nanoseconds end = 0;
};

class LoadLoop : private Sender {
 public:
  LoadLoop(std::uint16_t port, Requests requests, Nanoseconds timeout);
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;
  ~LoadLoop() override;

  [[nodiscard]] static Nanoseconds now();

  /// Connections are opened before the run, so that it does not wait for them.
  void open(std::size_t connections);

  [[nodiscard]] Tally run(Pacing& pacing, Window window);

 private:
  void send(std::size_t connection, Nanoseconds since) override;
  bool open_one(std::size_t connection);
  void wait(Nanoseconds until);
  void handle(std::size_t connection, Nanoseconds at);
  void count(int status, Nanoseconds since, Nanoseconds at);
  void fail(std::size_t connection, Nanoseconds at);
  void drop_late(Nanoseconds at);
  void await_last_answers();

  std::uint16_t port_;
  Requests requests_;
  Nanoseconds timeout_;
  int epoll_;
  std::vector<Connection> connections_;
  std::size_t waiting_ = 0;
  Pacing* pacing_ = nullptr;
  Window window_;
  Tally tally_;
};

}  // namespace remit::bench
