#include "stream_websocket.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace remit::net {
namespace {

/// Header and body of so many frames leave in one system call.
constexpr std::size_t kFramesAtOnce = 128;
constexpr Duration kForEver = std::chrono::hours(24 * 365);

}  // namespace

class StreamWebSocket::Detach {
 public:
  explicit Detach(StreamWebSocket& socket) : socket_(socket) {}
  Detach(const Detach&) = delete;
  Detach& operator=(const Detach&) = delete;
  ~Detach() { socket_.detach(); }

 private:
  StreamWebSocket& socket_;
};

StreamWebSocket::StreamWebSocket(Stream stream, Executor executor, const Context& context)
    : stream_(stream),
      executor_(std::move(executor)),
      clock_(context.clock),
      alarms_(context.alarms),
      beat_alarm_(context.alarms.make_alarm()),
      end_alarm_(context.alarms.make_alarm()),
      reader_(context.settings.max_message_bytes),
      queue_(context.settings.max_queued_messages, context.settings.max_queued_bytes),
      heartbeat_(context.settings, context.clock.monotonic(), context.first_ping_after) {}

Task<void> StreamWebSocket::run(Stream stream, Response response, Context context,
                                WebSocketTaker taker) {
  Executor executor = co_await boost::asio::this_coro::executor;
  const auto self = std::make_shared<StreamWebSocket>(stream, std::move(executor), context);
  const Detach detach(*self);
  self->queue_.push_head(stream.head_of(response));
  response = Response();
  self->begin_writing();
  self->spawn(beat(self));
  std::exception_ptr failure = co_await call(std::move(taker), self);
  self->close(failure ? CloseCode::internal_error : CloseCode::normal, std::string_view());
  co_await wait_for_end(self);
  if (failure) std::rethrow_exception(failure);
}

Task<std::exception_ptr> StreamWebSocket::call(WebSocketTaker taker, Self self) {
  std::exception_ptr failure;
  try {
    Task<void> task = taker(std::move(self));
    co_await std::move(task);
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failure;
}

Task<void> StreamWebSocket::wait_for_end(Self self) {
  bool more = true;
  while (more) {
    const std::optional<std::string> message = co_await receive_next(self);
    more = message.has_value();
  }
  // Nothing is read any more; the farewell may still be on its way.
  while (self->writing_) co_await self->end_alarm_->wait(kForEver);
  self->stream_.reset();
  self->beat_alarm_->ring();
  self->report_progress();
  while (self->parts_ > 0) co_await self->end_alarm_->wait(kForEver);
}

void StreamWebSocket::spawn(Task<void> part) {
  ++parts_;
  boost::asio::co_spawn(executor_, std::move(part),
                        [self = shared_from_this()](std::exception_ptr) {
                          --self->parts_;
                          self->report_progress();
                        });
}

Task<void> StreamWebSocket::beat(Self self) {
  while (self->stream_) {
    const Heartbeat::Step step = self->heartbeat_.next(self->clock_.monotonic());
    if (step.act == Heartbeat::Act::wait) {
      co_await self->beat_alarm_->wait(step.delay);
    } else if (step.act == Heartbeat::Act::ping) {
      self->queue_.push_ping();
      self->begin_writing();
    } else if (!self->closed_with_ && !self->stalled_ && self->stream_->has_input()) {
      self->heartbeat_.on_heard();  // A taker that is busy has not read the answer yet.
    } else {
      self->cut();
      break;
    }
  }
}

bool StreamWebSocket::send(Text text) {
  if (!is_open()) return false;
  if (!queue_.push_text(std::move(text))) {
    queue_.drop_unsent();
    close(CloseCode::try_again_later, "messages are not read fast enough");
    return false;
  }
  begin_writing();
  return true;
}

void StreamWebSocket::close(CloseCode code, std::string_view reason) {
  if (!is_open()) return;
  begin_close(code, reason);
  begin_writing();
}

void StreamWebSocket::begin_close(CloseCode code, std::string_view reason) {
  closed_with_ = code;
  queue_.push_close(code, reason);
  heartbeat_.on_closing(clock_.monotonic());
  beat_alarm_->ring();
}

Task<std::optional<std::string>> StreamWebSocket::receive() {
  return receive_next(shared_from_this());
}

Task<std::optional<std::string>> StreamWebSocket::receive_next(Self self) {
  std::optional<std::string> message;
  while (!message && !self->is_over()) {
    std::string_view rest = std::string_view(self->input_).substr(self->input_used_);
    if (rest.empty()) {
      const bool more = co_await read_more(self);
      if (!more) break;
      continue;
    }
    ReadFrame frame = self->reader_.next(rest);
    self->input_used_ = self->input_.size() - rest.size();
    message = self->take(std::move(frame));
  }
  co_return message;
}

Task<bool> StreamWebSocket::read_more(Self self) {
  self->input_ = std::string();
  self->input_used_ = 0;
  self->input_ = co_await self->stream_->read();
  self->heartbeat_.on_heard();
  if (!self->input_.empty()) co_return true;
  const bool is_drain = self->stream_->is_draining() && !std::exchange(self->saw_drain_, true);
  if (is_drain) {
    self->close(CloseCode::going_away, "the server ends");
    co_return true;  // Until the peer has answered.
  }
  self->cut();
  co_return false;
}

std::optional<std::string> StreamWebSocket::take(ReadFrame frame) {
  using Kind = ReadFrame::Kind;
  switch (frame.kind) {
    case Kind::need_more:
    case Kind::pong:
      break;
    case Kind::text:
      if (!closed_with_) return std::move(frame.payload);
      break;
    case Kind::ping:
      if (closed_with_) break;
      queue_.push_pong(std::move(frame.payload));
      begin_writing();
      break;
    case Kind::close:
    case Kind::violation:
      over_ = true;
      if (closed_with_) break;
      queue_.drop_unsent();
      begin_close(frame.code, frame.kind == Kind::violation ? frame.payload : std::string());
      begin_writing();
      break;
  }
  return std::nullopt;
}

void StreamWebSocket::begin_writing() {
  if (std::exchange(writing_, true)) return;
  spawn(write_queue(shared_from_this()));
}

Task<void> StreamWebSocket::write_queue(Self self) {
  // What is queued in this turn of the loop leaves together.
  co_await boost::asio::post(self->executor_, boost::asio::use_awaitable);
  while (self->stream_ && !self->queue_.empty()) {
    const bool is_connected = self->write_now();
    if (!is_connected) self->cut();
    if (self->queue_.empty()) break;
    if (!std::exchange(self->stalled_, true)) {
      self->heartbeat_.on_stalled(self->clock_.monotonic());
      self->beat_alarm_->ring();
    }
    const bool ready = co_await self->stream_->wait_writable();
    if (!ready) self->cut();
  }
  self->writing_ = false;
  self->report_progress();
}

bool StreamWebSocket::write_now() {
  for (;;) {
    std::array<std::string_view, 2 * kFramesAtOnce> pieces;
    const std::size_t count = queue_.gather(pieces);
    if (count == 0) return true;
    const auto sent = stream_->write_now(std::span(pieces).first(count));
    if (!sent) return false;
    if (*sent == 0) return true;
    queue_.advance(*sent);
    stalled_ = false;
    heartbeat_.on_progress();
  }
}

Task<bool> StreamWebSocket::flushed() { return wait_flushed(shared_from_this()); }

Task<bool> StreamWebSocket::wait_flushed(Self self) {
  if (!self->flush_alarm_) self->flush_alarm_ = self->alarms_.make_alarm();
  while (self->stream_ && self->writing_) co_await self->flush_alarm_->wait(kForEver);
  const bool open = self->is_open();
  co_return open;
}

void StreamWebSocket::report_progress() {
  end_alarm_->ring();
  if (flush_alarm_) flush_alarm_->ring();
}

void StreamWebSocket::cut() {
  if (!closed_with_) closed_with_ = CloseCode::lost;
  over_ = true;
  queue_.clear();
  if (stream_) stream_->close();
}

void StreamWebSocket::detach() {
  stream_.reset();
  if (!closed_with_) closed_with_ = CloseCode::lost;
  queue_.clear();
  input_ = std::string();
}

}  // namespace remit::net
