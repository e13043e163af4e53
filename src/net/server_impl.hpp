// The implementation of `Server`: its listeners, its sessions and the tick that enforces deadlines.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_set>
#include <vector>

#include "listener.hpp"
#include "overflow.hpp"
#include "remit/net/server.hpp"
#include "session.hpp"

namespace remit::net {

/// Kept alive by its accept loops and sessions as well as by `Server`.
class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(Executor executor, ServerSettings settings, Router router, ServerPartners partners);

  std::expected<void, std::string> start();
  void retire_connections();
  Task<void> drain(std::shared_ptr<Impl> self, std::chrono::milliseconds timeout);
  /// Stops accepting and closes every connection.
  void close();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t open_connections() const { return sessions_.size(); }
  [[nodiscard]] std::size_t refused_connections() const { return rejected_before_ + rejected_; }

 private:
  static Task<void> accept_loop(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener);
  Task<void> end_listening();
  void begin_session(Socket socket, bool is_tcp);
  /// Accepts all connections that are in the backlog now.
  void accept_backlog(Listener& listener);
  /// The same when there is no descriptor left for them.
  void reject_backlog(Listener& listener);
  void reject_overloaded(Socket socket);
  void report_rejected(std::chrono::steady_clock::time_point now);
  [[nodiscard]] bool has_ended() const { return sessions_.empty() && accept_loops_ == 0; }
  void end_session(const std::shared_ptr<Session>& session);
  void tick();

  Executor executor_;
  std::shared_ptr<const ServerCore> core_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  boost::asio::steady_timer tick_;
  std::chrono::milliseconds tick_interval_;
  std::chrono::steady_clock::time_point ticked_at_;
  std::size_t requests_of_ended_ = 0;  ///< since the last tick
  boost::asio::steady_timer all_ended_;
  std::size_t accept_loops_ = 0;
  SpareDescriptor spare_;
  std::size_t rejecting_ = 0;  ///< of the sessions: those that are told that there is no place
  std::size_t rejected_ = 0;   ///< since it was last logged
  std::size_t rejected_before_ = 0;
  std::chrono::steady_clock::time_point rejected_reported_at_;
  bool retiring_ = false;
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace remit::net
