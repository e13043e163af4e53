#include "remit/net/client.hpp"

#include <utility>

#include "client_impl.hpp"

namespace remit::net {
namespace {

std::chrono::microseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace

CallError call_error(const CallState& state, CallError::Kind kind, bool request_sent,
                     std::string detail) {
  CallError error;
  error.kind = kind;
  error.request_sent = request_sent;
  error.detail = std::move(detail);
  if (state.interruption() == CallState::Interruption::timed_out) {
    error.kind = CallError::Kind::timed_out;
    error.detail = "no answer in time";
  } else if (state.interruption() == CallState::Interruption::closed) {
    error.detail = "the client was closed";
  }
  return error;
}

Client::Impl::Impl(Executor executor, ClientSettings settings, Origin origin,
                   std::shared_ptr<boost::asio::ssl::context> tls, const Clock& clock,
                   Resolver::Settings names)
    : executor_(std::move(executor)),
      settings_(std::move(settings)),
      origin_(std::move(origin)),
      tls_(std::move(tls)),
      clock_(clock),
      pool_(std::make_shared<ConnectionPool>(
          executor_, ConnectionPool::Limits{settings_.max_connections, settings_.max_waiting,
                                            settings_.idle_timeout})),
      resolver_(
          std::make_shared<Resolver>(executor_, origin_.host, origin_.port, std::move(names))),
      spares_(
          std::make_shared<SpareSockets>((kSocketsPerConnection - 1) * settings_.max_connections)) {
}

Task<CallResult> Client::Impl::call(std::shared_ptr<Impl> self, Call call) {
  const auto start = std::chrono::steady_clock::now();
  auto state = std::make_shared<CallState>(self->executor_);
  if (self->closed_) {
    CallError error;
    error.kind = CallError::Kind::no_connection;
    error.request_sent = false;
    error.detail = "the client was closed";
    co_return std::unexpected(std::move(error));
  }
  state->start_deadline(start + call.timeout);
  self->in_flight_.insert(state);
  CallResult result = co_await self->call_in_time(std::move(call), state);
  self->in_flight_.erase(state);
  state->stop_deadline();
  if (result) {
    result->latency = since(start);
  } else {
    result.error().latency = since(start);
  }
  co_return result;
}

void Client::Impl::close() {
  closed_ = true;
  pool_->close();
  resolver_->close();
  for (const auto& state : in_flight_) state->interrupt(CallState::Interruption::closed);
}

std::expected<std::unique_ptr<Client>, std::string> Client::Impl::make(Executor executor,
                                                                       ClientSettings settings,
                                                                       const Clock& clock,
                                                                       Resolver::Settings names) {
  auto origin = parse_origin(settings.base_url);
  if (!origin) return std::unexpected(origin.error());
  std::shared_ptr<boost::asio::ssl::context> tls;
  if (origin->is_https) {
    auto made = make_tls_context(settings.ca_file);
    if (!made) return std::unexpected(made.error());
    tls = *std::move(made);
  }
  auto impl = std::make_shared<Impl>(std::move(executor), std::move(settings), *std::move(origin),
                                     std::move(tls), clock, std::move(names));
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Client::~Client() { impl_->close(); }

std::expected<std::unique_ptr<Client>, std::string> Client::make(Executor executor,
                                                                 ClientSettings settings,
                                                                 const Clock& clock) {
  return Impl::make(std::move(executor), std::move(settings), clock, {.lookup = look_up});
}

Task<CallResult> Client::call(Call call) { return Impl::call(impl_, std::move(call)); }

void Client::close() { impl_->close(); }

std::size_t Client::connections_made() const { return impl_->connections_made(); }

PoolUse Client::pool_use() const { return impl_->pool_use(); }

}  // namespace remit::net
