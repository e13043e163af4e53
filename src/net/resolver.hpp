// Where the host of a client is. Name servers are asked on a thread that belongs to no object
// (remit/base/errand.hpp): a silent server then delays neither another client nor the end of the
// program.
//
// All calls of the client share one query at a time, and its answer is kept for a while. An older
// answer is still used when the servers are silent or fail; it is dropped only when a server says
// that the host does not exist (as in RFC 8767). A host that is a numeric address is never asked
// for. Loop thread; owned by the client and its calls; `close` it before the loop is destroyed.
// Nothing throws.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call_state.hpp"
#include "remit/base/errand.hpp"
#include "remit/base/task.hpp"

namespace remit::net {

class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  struct Found {
    Endpoints endpoints;
    bool no_such_host = false;  ///< otherwise, without endpoints: the server did not know
  };
  /// Blocks for as long as it takes, on any thread; does not throw.
  using Lookup = std::function<Found(const std::string& host, const std::string& port)>;

  struct Settings {
    Lookup lookup;
    /// The system does not say for how long an answer is good. Names that move, to another machine
    /// or another place, mostly have 30 to 60 s, and connections are made more often than that.
    std::chrono::milliseconds keep{30'000};
    /// With a server that is silent, when there is an older answer (RFC 8767 §5: less than what a
    /// caller waits).
    std::chrono::milliseconds patience{1'000};
  };

  Resolver(const Executor& executor, std::string host, std::string port, Settings settings);

  /// Empty when the host is not known by the time `state` is interrupted, or unknown.
  static Task<Endpoints> resolve(std::shared_ptr<Resolver> self, std::shared_ptr<CallState> state);
  /// The kept addresses led to no connection: they are resolved again before they are used again.
  void doubt();
  /// Nothing is asked any more, and no answer is waited for.
  void close();

 private:
  void ask();
  void hear(Found found);
  void lose_patience();
  void wake_all();
  [[nodiscard]] bool is_fresh() const { return std::chrono::steady_clock::now() < fresh_until_; }
  [[nodiscard]] bool is_worth_waiting() const {
    return question_ && (known_.empty() || is_answering_);
  }

  Executor executor_;
  const std::string host_;
  const std::string port_;
  Settings settings_;
  Endpoints known_;
  bool is_numeric_ = false;
  std::chrono::steady_clock::time_point fresh_until_;
  std::optional<Errand> question_;
  std::uint64_t questions_ = 0;
  bool is_answering_ = true;  ///< name servers were, the last time
  boost::asio::steady_timer patience_;
  std::list<std::shared_ptr<CallState>> waiting_;
  bool closed_ = false;
};

/// Asks as the system is configured to.
[[nodiscard]] Resolver::Found look_up(const std::string& host, const std::string& port);

}  // namespace remit::net
