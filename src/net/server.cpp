#include "remit/net/server.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>
#include <utility>

#include "await_tuple.hpp"
#include "remit/telemetry/log.hpp"
#include "server_impl.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

/// How many connections over the limit get their refusal at their own pace; further ones get the
/// same answer and are closed at once.
constexpr std::size_t kRejectedAtOnce = kConnectionsRejected;
constexpr auto kAcceptPause = 100ms;
/// More than a backlog holds, so that clients that connect faster than they are accepted do not
/// keep the loop here.
constexpr int kAcceptedAtOnce = 10'000;
constexpr auto kReportInterval = 10s;
constexpr auto kHandshakeTime = 50ms;

bool is_out_of_descriptors(const error_code& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system;
}

std::chrono::milliseconds tick_interval_for(const ServerSettings& settings) {
  const auto shortest = std::min({settings.header_timeout, settings.body_timeout,
                                  settings.write_timeout, settings.idle_timeout});
  return std::clamp(shortest / 8, 5ms, 250ms);
}

std::vector<LargeBody> large_bodies(const Router& router) {
  std::vector<LargeBody> large;
  for (const Route& route : router.routes()) {
    if (route.max_body_bytes == 0) continue;
    if (route.pattern.contains('{')) throw std::logic_error(route.pattern + " is no single path");
    large.push_back({route.pattern, route.max_body_bytes});
  }
  return large;
}

std::shared_ptr<const ServerCore> make_core(ServerSettings settings, Router router,
                                            ServerPartners partners) {
  const bool asks = std::ranges::any_of(
      router.routes(), [](const Route& route) { return route.scope != Scope::open; });
  if (asks && partners.authenticator == nullptr) {
    throw std::logic_error("routes ask for a scope, and nobody knows the callers");
  }
  RequestLimits limits;
  limits.max_header_bytes = settings.max_header_bytes;
  limits.max_body_bytes = settings.max_body_bytes;
  limits.max_target_bytes = std::min(limits.max_target_bytes, settings.max_header_bytes);
  std::vector<LargeBody> large = large_bodies(router);
  Cors cors(settings.cors_origins);
  // The elements stay where they are when the vector is moved.
  limits.larger = large;
  return std::make_shared<const ServerCore>(ServerCore{
      std::move(settings), limits, std::move(large), std::move(router), std::move(cors), partners});
}

}  // namespace

Server::Impl::Impl(Executor executor, ServerSettings settings, Router router,
                   ServerPartners partners)
    : executor_(std::move(executor)),
      core_(make_core(std::move(settings), std::move(router), partners)),
      tick_(executor_),
      tick_interval_(tick_interval_for(core_->settings)),
      ticked_at_(std::chrono::steady_clock::now()),
      all_ended_(executor_) {}

std::expected<void, std::string> Server::Impl::start() {
  for (const std::string& address : core_->settings.listen) {
    auto listener = Listener::open(executor_, address, core_->settings.reuse_port);
    if (!listener) {
      listeners_.clear();
      return std::unexpected(listener.error());
    }
    listeners_.push_back(*std::move(listener));
  }
  for (const auto& listener : listeners_) {
    ++accept_loops_;
    boost::asio::co_spawn(executor_, accept_loop(shared_from_this(), listener),
                          [self = shared_from_this()](std::exception_ptr) {
                            --self->accept_loops_;
                            if (self->has_ended()) self->all_ended_.cancel();
                          });
  }
  tick();
  return {};
}

Task<void> Server::Impl::accept_loop(std::shared_ptr<Impl> self,
                                     std::shared_ptr<Listener> listener) {
  bool was_failing = false;
  while (listener->acceptor().is_open()) {
    Socket socket(self->executor_);
    const auto [error] = co_await listener->acceptor().async_accept(socket, kAwaitTuple);
    if (!error) {
      was_failing = false;
      self->begin_session(std::move(socket), listener->is_tcp());
      continue;
    }
    if (!listener->acceptor().is_open()) break;
    if (error == boost::asio::error::connection_aborted) continue;
    if (!std::exchange(was_failing, true)) {
      telemetry::log(telemetry::Level::warn, "connections cannot be accepted",
                     {{"error", error.message()}});
    }
    if (is_out_of_descriptors(error)) self->reject_backlog(*listener);
    listener->pause().expires_after(kAcceptPause);
    co_await listener->pause().async_wait(kAwaitTuple);
  }
}

void Server::Impl::begin_session(Socket socket, bool is_tcp) {
  if (closed_) return;  // Accepted in the same turn of the loop.
  error_code error;
  socket.non_blocking(true, error);
  if (is_tcp) socket.set_option(boost::asio::ip::tcp::no_delay(true), error);
  const std::size_t limit = core_->settings.max_connections;
  // Those who are told that there is no place do not take one.
  const bool is_welcome = sessions_.size() - rejecting_ < limit;
  if (!is_welcome && rejecting_ >= kRejectedAtOnce) return reject_overloaded(std::move(socket));
  if (!is_welcome) {
    ++rejected_;
    ++rejecting_;
  }
  auto session = std::make_shared<Session>(std::move(socket), core_);
  sessions_.insert(session);
  if (retiring_) session->retire();
  if (draining_) session->begin_drain();
  boost::asio::co_spawn(
      executor_, is_welcome ? session->run() : session->reject_overloaded(),
      [self = shared_from_this(), session, is_welcome](std::exception_ptr failure) {
        if (failure) session->close();
        if (!is_welcome) --self->rejecting_;
        self->end_session(session);
      });
}

void Server::Impl::accept_backlog(Listener& listener) {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    Socket socket(executor_);
    error_code error;
    listener.acceptor().accept(socket, error);
    if (is_out_of_descriptors(error)) return reject_backlog(listener);
    if (error && error != boost::asio::error::connection_aborted) return;
    if (!error) begin_session(std::move(socket), listener.is_tcp());
  }
}

void Server::Impl::reject_backlog(Listener& listener) {
  error_code error;
  for (std::size_t i = 0; i < kRejectedAtOnce && !error; ++i) {
    spare_.release();
    Socket socket(executor_);
    listener.acceptor().accept(socket, error);
    if (!error) reject_overloaded(std::move(socket));
    spare_.take();
  }
}

void Server::Impl::reject_overloaded(Socket socket) {
  ++rejected_;
  reject_at_once(std::move(socket));
}

void Server::Impl::report_rejected(std::chrono::steady_clock::time_point now) {
  if (rejected_ == 0 || now - rejected_reported_at_ < kReportInterval) return;
  rejected_reported_at_ = now;
  rejected_before_ += rejected_;
  telemetry::log(telemetry::Level::warn, "connections refused at the limit",
                 {{"count", std::exchange(rejected_, 0)},
                  {"open", sessions_.size()},
                  {"max_connections", core_->settings.max_connections}});
}

void Server::Impl::end_session(const std::shared_ptr<Session>& session) {
  requests_of_ended_ += session->take_requests();
  sessions_.erase(session);
  if (has_ended()) all_ended_.cancel();
}

void Server::Impl::tick() {
  if (closed_) return;
  const auto now = std::chrono::steady_clock::now();
  Activity activity{.duration = now - std::exchange(ticked_at_, now),
                    .requests = std::exchange(requests_of_ended_, 0)};
  for (const auto& session : sessions_) {
    session->enforce_deadline(now);
    const std::size_t requests = session->take_requests();
    activity.requests += requests;
    if (requests > 0) ++activity.connections;
  }
  if (core_->partners.observer != nullptr) core_->partners.observer->on_activity(activity);
  report_rejected(now);
  tick_.expires_after(tick_interval_);
  tick_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->tick();
  });
}

void Server::Impl::retire_connections() {
  retiring_ = true;
  for (const auto& session : sessions_) session->retire();
}

/// To those who wait in the backlog, and those whose handshake is under way, this server has
/// already said yes.
Task<void> Server::Impl::end_listening() {
  const bool was_listening = std::ranges::any_of(
      listeners_, [](const auto& listener) { return listener->acceptor().is_open(); });
  if (!was_listening) co_return;
  boost::asio::steady_timer handshakes(executor_, kHandshakeTime);
  co_await handshakes.async_wait(kAwaitTuple);
  for (const auto& listener : listeners_) {
    if (listener->acceptor().is_open()) accept_backlog(*listener);
    listener->close();
  }
}

Task<void> Server::Impl::drain(std::shared_ptr<Impl> self, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  self->draining_ = true;
  // First: a client that sees its connection end here must not get a new one.
  for (const auto& listener : self->listeners_) listener->stop_admitting();
  for (const auto& session : self->sessions_) session->begin_drain();
  const Clock::time_point end = Clock::now() + timeout;
  co_await self->end_listening();
  while (!self->has_ended() && Clock::now() < end) {
    self->all_ended_.expires_at(end);
    co_await self->all_ended_.async_wait(kAwaitTuple);
  }
  for (const auto& session : self->sessions_) session->close();
  while (!self->has_ended()) {
    self->all_ended_.expires_at(Clock::time_point::max());
    co_await self->all_ended_.async_wait(kAwaitTuple);
  }
  self->close();
}

void Server::Impl::close() {
  closed_ = true;
  for (const auto& listener : listeners_) listener->close();
  for (const auto& session : sessions_) session->close();
  tick_.cancel();
}

std::uint16_t Server::Impl::port() const {
  for (const auto& listener : listeners_) {
    if (listener->is_tcp()) return listener->port();
  }
  return 0;
}

Server::Server(Executor executor, ServerSettings settings, Router router, ServerPartners partners)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(settings), std::move(router),
                                   partners)) {}

Server::~Server() { impl_->close(); }

std::expected<void, std::string> Server::start() { return impl_->start(); }

std::uint16_t Server::port() const { return impl_->port(); }

void Server::retire_connections() { impl_->retire_connections(); }

Task<void> Server::drain(std::chrono::milliseconds timeout) { return impl_->drain(impl_, timeout); }

std::size_t Server::open_connections() const { return impl_->open_connections(); }

std::size_t Server::refused_connections() const { return impl_->refused_connections(); }

}  // namespace remit::net
