#include "remit/net/stream.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "await_tuple.hpp"
#include "response_writer.hpp"
#include "session.hpp"

namespace remit::net {

Task<std::string> Stream::read() {
  Session& session = *session_;
  std::string bytes(session.pending());
  session.buffer_ = boost::beast::flat_buffer();  // Who waits for long holds no memory for it.
  while (bytes.empty()) {
    if (std::exchange(session.farewell_is_due_, false)) break;
    session.is_reading_ = true;
    const bool ready = co_await session.wait_readable();
    session.is_reading_ = false;
    const bool open = ready && session.read_now(bytes);
    if (!open) {
      session.farewell_is_due_ = false;
      break;
    }
  }
  co_return bytes;
}

Task<bool> Stream::write(std::string_view bytes) {
  const bool written = co_await session_->write(bytes, std::string_view());
  co_return written;
}

std::optional<std::size_t> Stream::write_now(std::span<const std::string_view> pieces) {
  return session_->write_now(pieces);
}

Task<bool> Stream::wait_writable() { return session_->wait_writable(); }

Task<bool> Stream::pause(std::chrono::milliseconds duration) {
  Session& session = *session_;
  if (!session.socket_.is_open()) co_return false;
  if (std::exchange(session.farewell_is_due_, false)) co_return false;
  session.pause_.emplace(session.socket_.get_executor());
  session.pause_->expires_after(duration);
  const auto [error] = co_await session.pause_->async_wait(kAwaitTuple);
  if (error) session.farewell_is_due_ = false;
  const bool whole = !error && session.socket_.is_open();
  co_return whole;
}

void Stream::expires_after(std::chrono::milliseconds timeout) {
  session_->deadline_ = std::chrono::steady_clock::now() + timeout;
}

void Stream::close() { session_->close(); }

bool Stream::has_input() { return session_->socket_.is_open() && session_->has_input(); }

bool Stream::is_draining() const { return session_->draining_; }

std::string Stream::head_of(const Response& response) const {
  ResponseContext context;
  context.request_id = session_->trace_.request_id;
  context.keep_alive = false;
  std::string head;
  append_response_head(head, response, context);
  return head;
}

}  // namespace remit::net
