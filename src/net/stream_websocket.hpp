// The WebSocket over a connection that a response has taken over.
//
// Three coroutines use it: the taker, which reads; the heartbeat; and, while something waits to be
// sent, a writer. `run` ends after the others, so that none of them outlives the connection.
// Others that hold the socket then hold an empty one. Loop thread; nothing is thrown.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "frame_queue.hpp"
#include "frame_reader.hpp"
#include "heartbeat.hpp"
#include "remit/net/stream.hpp"
#include "remit/net/websocket.hpp"

namespace remit::net {

class StreamWebSocket final : public WebSocket,
                              public std::enable_shared_from_this<StreamWebSocket> {
 public:
  struct Context {
    WebSocketSettings settings;
    const Clock& clock;
    AlarmFactory& alarms;
    Duration first_ping_after;
  };

  StreamWebSocket(Stream stream, Executor executor, const Context& context);

  /// From the handshake's answer to the end of the connection. What the taker throws is thrown on,
  /// after a close with 1011.
  static Task<void> run(Stream stream, Response response, Context context, WebSocketTaker taker);

  bool send(Text text) override;
  void close(CloseCode code, std::string_view reason) override;
  Task<std::optional<std::string>> receive() override;
  Task<bool> flushed() override;
  [[nodiscard]] bool is_open() const override { return stream_ && !closed_with_; }
  [[nodiscard]] std::size_t queued_messages() const override { return queue_.messages(); }
  [[nodiscard]] std::optional<CloseCode> closed_with() const override { return closed_with_; }

 private:
  using Self = std::shared_ptr<StreamWebSocket>;
  /// Empties the socket when `run` ends, in whichever way.
  class Detach;

  static Task<std::exception_ptr> call(WebSocketTaker taker, Self self);
  static Task<std::optional<std::string>> receive_next(Self self);
  static Task<bool> wait_flushed(Self self);
  /// Wakes who waits for the queue to be empty, or for a part to end.
  void report_progress();
  static Task<void> beat(Self self);
  static Task<void> write_queue(Self self);
  static Task<void> wait_for_end(Self self);

  void spawn(Task<void> part);
  /// More bytes for the reader; false: none will come, or none are wanted.
  static Task<bool> read_more(Self self);
  /// The message, when the frame is one.
  std::optional<std::string> take(ReadFrame frame);
  void begin_close(CloseCode code, std::string_view reason);
  void begin_writing();
  /// False: the connection is lost.
  bool write_now();
  /// Ends the connection without a farewell.
  void cut();
  void detach();
  [[nodiscard]] bool is_over() const { return !stream_ || over_; }

  std::optional<Stream> stream_;  ///< empty: the connection has ended
  Executor executor_;
  const Clock& clock_;
  AlarmFactory& alarms_;
  std::unique_ptr<Alarm> beat_alarm_;
  std::unique_ptr<Alarm> flush_alarm_;  ///< of who waits in `flushed`; made when first needed
  std::unique_ptr<Alarm> end_alarm_;    ///< of `run`
  FrameReader reader_;
  FrameQueue queue_;
  Heartbeat heartbeat_;
  std::string input_;  ///< received, from `input_used_` on not read yet
  std::size_t input_used_ = 0;
  std::optional<CloseCode> closed_with_;
  int parts_ = 0;      ///< coroutines besides the taker
  bool over_ = false;  ///< nothing more is read
  bool writing_ = false;
  bool stalled_ = false;  ///< the peer takes nothing at the moment
  bool saw_drain_ = false;
};

}  // namespace remit::net
