// The frames that wait to be sent on a WebSocket (RFC 6455 §5), without I/O.
//
// One per socket, loop thread. Bodies are shared with all sockets that send them. Several frames
// leave in one system call: `gather` shows what is to be sent next, `advance` says how much of it
// was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "frame_reader.hpp"

namespace remit::net {

class FrameQueue {
 public:
  using Body = std::shared_ptr<const std::string>;

  FrameQueue(std::size_t max_messages, std::size_t max_bytes)
      : max_messages_(max_messages), max_bytes_(max_bytes) {}

  /// What stands before the first frame: the answer to the handshake.
  void push_head(std::string head);
  /// False: it would be beyond the bound, and is not queued.
  [[nodiscard]] bool push_text(Body body);
  void push_ping();
  /// Only the latest ping has to be answered, so no more than one answer waits.
  void push_pong(std::string payload);
  /// The reason is cut to what fits.
  void push_close(CloseCode code, std::string_view reason);

  /// Drops everything but the head and the frame of which a part has been sent.
  void drop_unsent();
  void clear();

  /// Fills `pieces` from the front; they are valid until the queue changes. Returns their number.
  [[nodiscard]] std::size_t gather(std::span<std::string_view> pieces) const;
  void advance(std::size_t bytes);

  [[nodiscard]] bool empty() const { return frames_.empty(); }
  [[nodiscard]] std::size_t messages() const { return messages_; }

 private:
  struct Frame {
    Body body;
    std::array<char, 10> header{};
    std::uint8_t header_size = 0;
    bool is_message = false;
  };

  Frame& push(Opcode opcode, Body body);
  void pop();

  const std::size_t max_messages_;
  const std::size_t max_bytes_;
  std::deque<Frame> frames_;
  Frame* pong_ = nullptr;  ///< of the frames; null when none waits
  std::size_t sent_ = 0;   ///< of the first frame
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;  ///< of the messages' bodies
};

}  // namespace remit::net
