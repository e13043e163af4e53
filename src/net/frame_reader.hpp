// The frames of a WebSocket client out of bytes (RFC 6455 §5), without I/O: unmasked, fragments put
// together, and every rule checked that a server has to check.
//
// One per socket. It holds no more than a message may be large. No extension is ever agreed upon,
// so a reserved bit breaks the rules, compressed messages among them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/net/websocket.hpp"

namespace remit::net {

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA
};

inline constexpr std::size_t kMaxControlBytes = 125;

struct ReadFrame {
  enum class Kind : std::uint8_t { need_more, text, ping, pong, close, violation };
  Kind kind = Kind::need_more;
  /// A whole message, what a ping has to be answered with, or the reason of a close or violation.
  std::string payload;
  /// Of a close (`no_code` when it has none), or the one that a violation is closed with.
  CloseCode code = CloseCode::no_code;
};

class FrameReader {
 public:
  explicit FrameReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  /// Takes bytes off the front up to the end of the next message or control frame. `need_more`: all
  /// were taken. After a violation or a close nothing more may be read. However the bytes are cut,
  /// the same comes out.
  [[nodiscard]] ReadFrame next(std::string_view& bytes);

 private:
  /// Of the header as far as it is known: what is wrong with it, or how long it is.
  [[nodiscard]] std::optional<ReadFrame> check_start() const;
  [[nodiscard]] std::optional<ReadFrame> check_length() const;
  [[nodiscard]] std::size_t header_size() const;
  /// Takes header bytes; true when the header is complete.
  bool take_header(std::string_view& bytes, std::optional<ReadFrame>& violation);
  void take_payload(std::string_view& bytes);
  [[nodiscard]] ReadFrame finish();
  [[nodiscard]] static ReadFrame finish_close(std::string payload);

  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(header_[0] & 0x0FU); }
  [[nodiscard]] bool is_control() const { return (header_[0] & 0x08U) != 0; }
  [[nodiscard]] bool is_final() const { return (header_[0] & 0x80U) != 0; }

  static constexpr std::size_t kMaxHeader = 14;

  const std::size_t max_message_bytes_;
  std::array<std::uint8_t, kMaxHeader> header_{};
  std::size_t header_taken_ = 0;
  bool header_done_ = false;
  std::uint64_t length_ = 0;  ///< of the frame's payload
  std::uint64_t taken_ = 0;   ///< of it
  bool in_message_ = false;   ///< a fragment has come that was not the last
  std::string message_;
  std::string control_;
};

}  // namespace remit::net
