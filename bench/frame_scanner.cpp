#include "frame_scanner.hpp"

#include <cstddef>

namespace remit::bench {
namespace {

constexpr std::size_t kTwoBytes = 126;
constexpr std::size_t kEightBytes = 127;

std::size_t number_of(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

void FrameScanner::feed(std::string_view bytes) {
  if (kept_.empty()) {
    rest_ = bytes;
  } else {
    kept_ += bytes;
    rest_ = kept_;
  }
}

std::optional<Frame> FrameScanner::next() {
  const auto whole = [this](std::size_t size) { return rest_.size() >= size; };
  std::size_t head = 2;
  std::size_t size = 0;
  if (whole(2)) {
    size = static_cast<std::uint8_t>(rest_[1]);
    if (size >= kTwoBytes) {
      const std::size_t width = size == kEightBytes ? 8 : 2;
      head += width;
      size = whole(head) ? number_of(rest_.substr(2, width)) : 0;
    }
  }
  if (!whole(head + size)) {
    kept_ = std::string(rest_);
    rest_ = {};
    return std::nullopt;
  }
  const Frame frame{.opcode = static_cast<std::uint8_t>(static_cast<std::uint8_t>(rest_[0]) & 0xFU),
                    .payload = rest_.substr(head, size)};
  rest_.remove_prefix(head + size);
  return frame;
}

std::string client_frame(std::uint8_t opcode, std::string_view payload) {
  std::string frame;
  frame += static_cast<char>(0x80U | opcode);
  frame += static_cast<char>(0x80U | payload.size());
  frame.append(4, '\0');  // a mask that changes nothing
  return frame.append(payload);
}

}  // namespace remit::bench
