#include "connection.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <utility>

#include "await_tuple.hpp"

namespace remit::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 8'192;

}  // namespace

Connection::Connection(const Executor& executor, std::shared_ptr<asio::ssl::context> tls)
    : executor_(executor), socket_(executor), tls_(std::move(tls)) {}

Task<std::string> Connection::open(std::vector<Tcp::endpoint> endpoints,
                                   std::shared_ptr<SpareSockets> spares, std::string host) {
  if (aborted_) co_return "interrupted";
  race_ = std::make_shared<ConnectRace>(executor_, std::move(endpoints), std::move(spares));
  error_code last = co_await ConnectRace::run(race_);
  const std::shared_ptr<ConnectRace> race = std::exchange(race_, nullptr);
  if (aborted_) co_return "interrupted";
  if (last) co_return "cannot connect: " + last.message();
  socket_ = race->take_socket();
  socket_.set_option(Tcp::no_delay(true), last);
  socket_.non_blocking(true, last);
  if (!tls_) co_return std::string();
  last = co_await shake_hands(std::move(host));
  if (last) co_return "TLS failed: " + last.message();
  co_return std::string();
}

bool Connection::is_fresh() {
  if (!socket_.is_open() || buffer_.size() > 0) return false;
  if (stream_) {
    SSL* ssl = stream_->native_handle();
    if (SSL_pending(ssl) > 0 || BIO_pending(SSL_get_rbio(ssl)) > 0) return false;
  }
  char byte = 0;
  const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Task<Connection::Written> Connection::write(std::string_view bytes) {
  Written written;
  if (aborted_) {
    written.error = asio::error::operation_aborted;
  } else if (!stream_) {
    written = co_await write_plain(bytes);
  } else {
    // What TLS has encrypted may be on the wire before we hear of an error.
    written.any = true;
    while (!bytes.empty() && !written.error) {
      const auto [error, count] =
          co_await stream_->async_write_some(asio::buffer(bytes.data(), bytes.size()), kAwaitTuple);
      bytes.remove_prefix(count);
      written.error = error;
    }
  }
  co_return written;
}

Task<Connection::Written> Connection::write_plain(std::string_view bytes) {
  Written written;
  while (!bytes.empty() && !written.error) {
    const std::size_t count =
        socket_.write_some(asio::buffer(bytes.data(), bytes.size()), written.error);
    bytes.remove_prefix(count);
    if (count > 0) written.any = true;
    if (written.error != asio::error::would_block && written.error != asio::error::try_again) {
      continue;
    }
    const auto [error] = co_await socket_.async_wait(Tcp::socket::wait_write, kAwaitTuple);
    written.error = aborted_ ? error_code(asio::error::operation_aborted) : error;
  }
  co_return written;
}

Task<error_code> Connection::read() {
  if (aborted_) co_return error_code(asio::error::operation_aborted);
  const auto space = buffer_.prepare(kReadBytes);
  if (stream_) {
    const auto [error, count] = co_await stream_->async_read_some(space, kAwaitTuple);
    buffer_.commit(count);
    co_return error;
  }
  const auto [error, count] = co_await socket_.async_read_some(space, kAwaitTuple);
  buffer_.commit(count);
  co_return error;
}

Connection::Tcp::endpoint Connection::peer() const {
  error_code ignored;
  return socket_.remote_endpoint(ignored);
}

void Connection::abort() {
  aborted_ = true;
  if (race_) race_->abort();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace remit::net
