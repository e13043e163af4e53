// The connections of one client: their number, the idle ones, and the calls that wait for one.
//
// A call holds a slot from `acquire` to `release`; slots never exceed `max_connections`, and calls
// get theirs in the order in which they asked. Idle connections are used newest first and closed
// when they have been idle for too long. Loop thread; owned by its client.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "call_state.hpp"
#include "connection.hpp"
#include "remit/base/task.hpp"
#include "remit/net/client.hpp"

namespace remit::net {

class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
 public:
  struct Limits {
    std::size_t max_connections = 0;
    std::size_t max_waiting = 0;
    std::chrono::milliseconds idle_timeout{0};
  };

  ConnectionPool(const Executor& executor, Limits limits)
      : limits_(limits), idle_timer_(executor) {}

  enum class Outcome : std::uint8_t { granted, interrupted, too_many_waiting };
  struct Slot {
    Outcome outcome = Outcome::granted;
    std::shared_ptr<Connection> connection;  ///< null: granted to a connection yet to be opened
  };
  /// Waits for a slot until `state` is interrupted.
  Task<Slot> acquire(std::shared_ptr<CallState> state);

  /// Gives a granted slot back; without a connection when the one in use is not to be used again.
  void release(std::shared_ptr<Connection> reusable);

  void close();

  [[nodiscard]] PoolUse use() const {
    return {.limit = limits_.max_connections, .open = slots_used_, .waiting = waiters_.size()};
  }

 private:
  struct Waiter {
    std::shared_ptr<CallState> state;
    std::shared_ptr<Connection> connection;
    bool granted = false;
  };

  std::shared_ptr<Connection> take_idle();
  void start_idle_timer();
  void close_expired();

  Limits limits_;
  boost::asio::steady_timer idle_timer_;
  std::vector<std::shared_ptr<Connection>> idle_;  ///< oldest first
  std::list<std::shared_ptr<Waiter>> waiters_;
  std::size_t slots_used_ = 0;  ///< by calls and idle connections
  bool idle_timer_runs_ = false;
  bool closed_ = false;
};

}  // namespace remit::net
