// A blocking WebSocket client that can break every rule. Reads have the limit of RawSocket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/raw_socket.hpp"

namespace remit::test {

/// A frame as a client sends it.
struct ClientFrame {
  unsigned opcode = 0x1;
  std::string_view payload{};
  bool is_final = true;
  bool is_masked = true;
  unsigned reserved_bits = 0;  ///< 0x40 is what says that a message is compressed

  [[nodiscard]] std::string bytes() const;
};

struct ServerFrame {
  unsigned opcode = 0;
  std::string payload;

  /// "text hello", "ping ", "close 1000 bye", "close".
  [[nodiscard]] std::string shown() const;
};

class WebSocketClient {
 public:
  explicit WebSocketClient(RawSocket socket) : socket_(std::move(socket)) {}

  /// A request for `target` that is in order; `fields` are lines of its head.
  [[nodiscard]] static std::string handshake(std::string_view target, std::string_view fields = {});
  /// Asks and takes the head of the answer, which is empty when the connection ends before it.
  std::optional<RawAnswer> open(std::string_view target, std::string_view fields = {});

  bool send(std::string_view bytes) { return socket_.send(bytes); }
  bool send(const ClientFrame& frame) { return send(frame.bytes()); }
  bool send_text(std::string_view text) { return send(ClientFrame{.payload = text}); }
  bool send_close(std::uint16_t code, std::string_view reason = {});

  /// Nothing when the connection ends first. A masked frame throws: a server masks none.
  std::optional<ServerFrame> read_frame();
  /// The same, shown; "end" when the connection ends first.
  std::string read();
  /// Whether nothing but the end of the connection comes.
  bool has_ended() { return read() == "end"; }

  [[nodiscard]] RawSocket& socket() { return socket_; }

 private:
  /// Less when the connection ends.
  std::string take(std::size_t count);

  RawSocket socket_;
  std::string buffer_;
};

/// What stands in a close.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason = {});

}  // namespace remit::test
