#include "remit/net/stream.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "await_tuple.hpp"
#include "response_writer.hpp"
#include "session.hpp"

namespace remit::net {

Task<std::string> Stream::read() {
  Session& session = *session_;
  if (session.buffer_.size() == 0) {
    if (std::exchange(session.farewell_is_due_, false)) co_return std::string();
    session.is_reading_ = true;
    const bool more = co_await session.read_some();
    session.is_reading_ = false;
    if (!more) session.farewell_is_due_ = false;
  }
  std::string bytes(session.pending());
  session.buffer_.clear();
  co_return bytes;
}

Task<bool> Stream::write(std::string_view bytes) {
  const bool written = co_await session_->write(bytes, std::string_view());
  co_return written;
}

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
