// A call step by step: slot, connection, request, answer.
#include <algorithm>
#include <utility>

#include "client_impl.hpp"
#include "request_writer.hpp"
#include "response_reader.hpp"

namespace remit::net {
namespace {

using boost::system::error_code;

std::string_view bytes_of(const boost::beast::flat_buffer& buffer) {
  const auto bytes = buffer.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Task<CallResult> Client::Impl::call_in_time(Call call, State state) {
  using Kind = CallError::Kind;
  ConnectionPool::Slot slot = co_await pool_->acquire(state);
  if (slot.outcome != ConnectionPool::Outcome::granted) {
    co_return std::unexpected(
        call_error(*state, Kind::no_connection, false, "too many calls wait for a connection"));
  }
  std::shared_ptr<Connection> connection = slot.connection;
  if (!connection) {
    connection = std::make_shared<Connection>(executor_, tls_);
    state->use(connection);
    Failure failure = co_await open(connection, state);
    if (!failure.detail.empty()) {
      connection->abort();
      pool_->release(nullptr);
      co_return std::unexpected(call_error(*state, failure.kind, false, std::move(failure.detail)));
    }
    ++connections_made_;
  }
  state->use(connection);
  Exchanged exchanged = co_await exchange(connection, std::move(call), state);
  state->use(nullptr);
  if (!exchanged.reusable) connection->abort();
  pool_->release(exchanged.reusable ? connection : nullptr);
  co_return std::move(exchanged.result);
}

Task<Client::Impl::Failure> Client::Impl::open(std::shared_ptr<Connection> connection,
                                               State state) {
  Resolver::Endpoints endpoints = co_await Resolver::resolve(resolver_, std::move(state));
  if (endpoints.empty()) co_return Failure{.detail = "cannot resolve " + origin_.host};
  if (!may_connect(endpoints)) {
    // It is resolved again by the next call: the name may have moved.
    resolver_->doubt();
    co_return Failure{.kind = CallError::Kind::forbidden_address,
                      .detail = origin_.host + " has an address that is not allowed"};
  }
  const auto last = std::ranges::find(endpoints, answered_last_);
  if (last != endpoints.end()) std::rotate(endpoints.begin(), last, last + 1);
  std::string detail = co_await connection->open(std::move(endpoints), spares_, origin_.host);
  if (detail.empty()) {
    answered_last_ = connection->peer();
  } else {
    resolver_->doubt();
  }
  co_return Failure{.detail = std::move(detail)};
}

bool Client::Impl::may_connect(const Resolver::Endpoints& endpoints) const {
  return !settings_.may_connect || std::ranges::all_of(endpoints, [&](const auto& endpoint) {
    return settings_.may_connect(endpoint.address());
  });
}

Task<Client::Impl::Exchanged> Client::Impl::exchange(std::shared_ptr<Connection> connection,
                                                     Call call, State state) {
  using Kind = CallError::Kind;
  struct Left {
    bool request_sent = false;
    bool connection_reusable = false;
  };
  const auto failed = [&](Kind kind, Left left, std::string detail) {
    return Exchanged{
        std::unexpected(call_error(*state, kind, left.request_sent, std::move(detail))),
        left.connection_reusable};
  };
  const std::optional<std::string> text = request_text(origin_, call);
  if (!text) {
    co_return failed(Kind::no_connection, {.connection_reusable = true},
                     "the request is not writable as HTTP");
  }
  if (state->is_interrupted()) co_return failed(Kind::no_connection, {}, {});
  if (call.send_before && clock_.monotonic() > *call.send_before) {
    co_return failed(Kind::too_late, {.connection_reusable = true},
                     "the time for sending had passed");
  }
  const Connection::Written written = co_await connection->write(*text);
  if (written.error) {
    co_return failed(Kind::broken, {.request_sent = written.any}, written.error.message());
  }
  Exchanged exchanged = co_await read_answer(connection, call.method, state);
  co_return exchanged;
}

Task<Client::Impl::Exchanged> Client::Impl::read_answer(std::shared_ptr<Connection> connection,
                                                        Method method, State state) {
  using Kind = CallError::Kind;
  using Progress = ResponseReader::State;
  using Beyond = ResponseReader::Beyond;
  ResponseReader reader(method, settings_.max_response_bytes,
                        settings_.cuts_long_answers ? Beyond::cut : Beyond::garbage);
  boost::beast::flat_buffer& buffer = connection->buffer();
  Progress progress = Progress::need_more;
  error_code error;
  while (progress == Progress::need_more && !error) {
    error = co_await connection->read();
    std::size_t used = 0;
    if (buffer.size() > 0) progress = reader.advance(bytes_of(buffer), used);
    buffer.consume(used);
  }
  const bool ended = error == boost::asio::error::eof;
  if (progress == Progress::need_more && ended) progress = reader.end_of_stream();
  if (progress == Progress::done && !state->is_interrupted()) {
    const bool reusable = !error && reader.keep_alive() && buffer.size() == 0;
    co_return Exchanged{reader.take(), reusable};
  }
  const bool has_fault = progress == Progress::garbage || progress == Progress::broken;
  const Kind kind = progress == Progress::garbage ? Kind::garbage : Kind::broken;
  CallError failure = call_error(*state, kind, true, has_fault ? reader.fault() : error.message());
  co_return Exchanged{std::unexpected(std::move(failure)), false};
}

}  // namespace remit::net
