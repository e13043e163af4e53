// A connection to the first address of a name that answers (RFC 8305, reduced). When one is silent
// for 250 ms, or fails, the next is tried in parallel, address families in turn. None is abandoned:
// an address may be slow and yet the only one that answers. When `kAddressesAtATime` are under way
// the next waits for one of them to fail; only when the client has no socket to spare does the
// oldest make place for it. Later connections are closed; nothing has been sent on them. The caller
// decides how long all of it may take. Loop thread; shared by the waiter and the attempts.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <vector>

#include "remit/base/task.hpp"

namespace remit::net {

/// As recommended by RFC 8305 §5.
inline constexpr std::chrono::milliseconds kConnectPatience{250};
inline constexpr std::size_t kAddressesAtATime = 4;

/// Sockets that the races of one client may have open beyond one for each.
class SpareSockets {
 public:
  explicit SpareSockets(std::size_t count) : left_(count) {}
  [[nodiscard]] std::size_t left() const { return left_; }
  /// Whether there was one.
  [[nodiscard]] bool take() {
    if (left_ == 0) return false;
    --left_;
    return true;
  }
  void give_back(std::size_t count) { left_ += count; }

 private:
  std::size_t left_;
};

class ConnectRace : public std::enable_shared_from_this<ConnectRace> {
 public:
  using Tcp = boost::asio::ip::tcp;

  /// `patience`: how long an address may be silent before the next is tried, too.
  ConnectRace(const Executor& executor, std::vector<Tcp::endpoint> endpoints,
              std::shared_ptr<SpareSockets> spares,
              std::chrono::milliseconds patience = kConnectPatience);

  /// Once. Fails with the error of the attempt that ended last, or when it is aborted.
  static Task<boost::system::error_code> run(std::shared_ptr<ConnectRace> self);
  /// After success.
  [[nodiscard]] Tcp::socket take_socket() { return std::move(winner_); }

  void abort() { end(boost::asio::error::operation_aborted); }

 private:
  struct Attempt {
    explicit Attempt(const Executor& executor) : socket(executor) {}
    Tcp::socket socket;
  };

  [[nodiscard]] bool may_start() const;
  void start_next();
  void give_up_oldest();
  void finish(const std::shared_ptr<Attempt>& attempt, boost::system::error_code error);
  void end(boost::system::error_code result);

  Executor executor_;
  std::chrono::milliseconds patience_;
  std::vector<Tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
  std::list<std::shared_ptr<Attempt>> under_way_;  ///< oldest first
  std::shared_ptr<SpareSockets> spares_;
  std::size_t spares_taken_ = 0;
  boost::asio::steady_timer next_is_due_;
  boost::asio::steady_timer ended_;
  Tcp::socket winner_;
  boost::system::error_code result_;
  bool has_ended_ = false;
};

/// The families in turn, beginning with that of the first; the order within each stays.
[[nodiscard]] std::vector<boost::asio::ip::tcp::endpoint> families_in_turn(
    const std::vector<boost::asio::ip::tcp::endpoint>& endpoints);

}  // namespace remit::net
