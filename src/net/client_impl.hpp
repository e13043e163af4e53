// The implementation of `Client`: one call, from its slot to its answer.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <unordered_set>

#include "call_state.hpp"
#include "origin.hpp"
#include "pool.hpp"
#include "remit/net/client.hpp"
#include "resolver.hpp"

namespace remit::net {

/// Kept alive by the calls in flight as well as by `Client`.
class Client::Impl {
 public:
  Impl(Executor executor, ClientSettings settings, Origin origin,
       std::shared_ptr<boost::asio::ssl::context> tls, const Clock& clock,
       Resolver::Settings names);

  /// `Client::make`, with the resolver to use.
  static std::expected<std::unique_ptr<Client>, std::string> make(Executor executor,
                                                                  ClientSettings settings,
                                                                  const Clock& clock,
                                                                  Resolver::Settings names);
  static Task<CallResult> call(std::shared_ptr<Impl> self, Call call);
  void close();
  [[nodiscard]] std::size_t connections_made() const { return connections_made_; }
  [[nodiscard]] PoolUse pool_use() const { return pool_->use(); }

 private:
  using State = std::shared_ptr<CallState>;

  Task<CallResult> call_in_time(Call call, State state);
  struct Failure {
    CallError::Kind kind = CallError::Kind::no_connection;
    std::string detail;  ///< empty: there was none
  };
  /// Connects `connection`.
  Task<Failure> open(std::shared_ptr<Connection> connection, State state);
  [[nodiscard]] bool may_connect(const Resolver::Endpoints& endpoints) const;
  struct Exchanged {
    CallResult result;
    bool reusable = false;  ///< whether the connection is as good as new
  };
  /// Sends the request and reads the answer.
  Task<Exchanged> exchange(std::shared_ptr<Connection> connection, Call call, State state);
  Task<Exchanged> read_answer(std::shared_ptr<Connection> connection, Method method, State state);

  Executor executor_;
  ClientSettings settings_;
  Origin origin_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  const Clock& clock_;
  std::shared_ptr<ConnectionPool> pool_;
  std::shared_ptr<Resolver> resolver_;
  std::shared_ptr<SpareSockets> spares_;
  std::unordered_set<State> in_flight_;
  std::size_t connections_made_ = 0;
  /// The address that answered last is asked first: one that is silent costs its time once.
  boost::asio::ip::tcp::endpoint answered_last_;
  bool closed_ = false;
};

/// The error of a call that was interrupted or whose connection failed with `detail`.
[[nodiscard]] CallError call_error(const CallState& state, CallError::Kind kind, bool request_sent,
                                   std::string detail);

}  // namespace remit::net
