#include "support/websocket_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace remit::test {
namespace {

constexpr std::array<std::uint8_t, 4> kMask = {0x37, 0xFA, 0x21, 0x3D};

void append_number(std::string& out, std::uint64_t number, int bytes) {
  while (bytes-- > 0) out += static_cast<char>(number >> (8 * bytes) & 0xFFU);
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

std::string ClientFrame::bytes() const {
  std::string out;
  out += static_cast<char>((is_final ? 0x80U : 0U) | reserved_bits | opcode);
  const unsigned mask_bit = is_masked ? 0x80U : 0U;
  const std::size_t size = payload.size();
  const int width = size < 126 ? 0 : size < 65'536 ? 2 : 8;
  const auto shown = static_cast<unsigned>(width == 0 ? size : width == 2 ? 126 : 127);
  out += static_cast<char>(mask_bit | shown);
  append_number(out, size, width);
  if (!is_masked) return out.append(payload);
  for (const std::uint8_t byte : kMask) out += static_cast<char>(byte);
  for (std::size_t i = 0; i < size; ++i) {
    out += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ kMask[i % kMask.size()]);
  }
  return out;
}

std::string ServerFrame::shown() const {
  switch (opcode) {
    case 0x1:
      return "text " + payload;
    case 0x9:
      return "ping " + payload;
    case 0xA:
      return "pong " + payload;
    case 0x8:
      break;
    default:
      return "opcode " + std::to_string(opcode);
  }
  if (payload.empty()) return "close";
  std::string text = "close " + std::to_string(number_of(std::string_view(payload).substr(0, 2)));
  return payload.size() > 2 ? text + " " + payload.substr(2) : text;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_number(payload, code, 2);
  return payload.append(reason);
}

std::string WebSocketClient::handshake(std::string_view target, std::string_view fields) {
  return std::string("GET ")
      .append(target)
      .append(
          " HTTP/1.1\r\nHost: remit.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
      .append(fields)
      .append("\r\n");
}

std::optional<RawAnswer> WebSocketClient::open(std::string_view target, std::string_view fields) {
  socket_.send(handshake(target, fields));
  return socket_.read_answer(false);
}

bool WebSocketClient::send_close(std::uint16_t code, std::string_view reason) {
  const std::string payload = close_payload(code, reason);
  return send(ClientFrame{.opcode = 0x8, .payload = payload});
}

std::optional<ServerFrame> WebSocketClient::read_frame() {
  const std::string start = take(2);
  if (start.size() < 2) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(start[0]);
  const auto second = static_cast<std::uint8_t>(start[1]);
  if ((first & 0xF0U) != 0x80U) throw std::runtime_error("a frame is not whole");
  if ((second & 0x80U) != 0) throw std::runtime_error("a server has masked a frame");
  const std::size_t width = second == 127 ? 8 : second == 126 ? 2 : 0;
  const std::uint64_t size = width == 0 ? second : number_of(take(width));
  ServerFrame frame{.opcode = first & 0x0FU, .payload = take(static_cast<std::size_t>(size))};
  if (frame.payload.size() < size) return std::nullopt;
  return frame;
}

std::string WebSocketClient::read() {
  const auto frame = read_frame();
  return frame ? frame->shown() : "end";
}

std::string WebSocketClient::take(std::size_t count) {
  while (buffer_.size() < count) {
    const std::string more = socket_.read_some();
    if (more.empty()) break;
    buffer_ += more;
  }
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

}  // namespace remit::test
