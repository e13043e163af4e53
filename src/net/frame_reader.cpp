#include "frame_reader.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kStart = 2;
constexpr std::size_t kMaskBytes = 4;
constexpr std::uint8_t kLengthOf16 = 126;
constexpr std::uint8_t kLengthOf64 = 127;

ReadFrame violation(CloseCode code, std::string_view reason) {
  return {.kind = ReadFrame::Kind::violation, .payload = std::string(reason), .code = code};
}

ReadFrame broken(std::string_view reason) { return violation(CloseCode::protocol_error, reason); }

/// Codes that may stand in a close: those that are registered for it, and those that are free.
bool may_be_sent(std::uint16_t code) {
  const bool is_of_protocol = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return is_of_protocol || (code >= 3000 && code <= 4999);
}

}  // namespace

ReadFrame FrameReader::next(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (!header_done_) {
      std::optional<ReadFrame> wrong;
      header_done_ = take_header(bytes, wrong);
      if (wrong) return *std::move(wrong);
      if (!header_done_) break;
    }
    take_payload(bytes);
    if (taken_ < length_) break;
    header_done_ = false;
    header_taken_ = 0;
    taken_ = 0;
    ReadFrame frame = finish();
    if (frame.kind != ReadFrame::Kind::need_more) return frame;
  }
  return {};
}

bool FrameReader::take_header(std::string_view& bytes, std::optional<ReadFrame>& wrong) {
  while (!bytes.empty()) {
    header_[header_taken_++] = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (header_taken_ == kStart) wrong = check_start();
    if (wrong) return false;
    if (header_taken_ < kStart || header_taken_ < header_size()) continue;
    const std::size_t length_end = header_size() - kMaskBytes;
    length_ = header_[1] & 0x7FU;
    if (length_end > kStart) {
      length_ = 0;
      for (std::size_t i = kStart; i < length_end; ++i) length_ = length_ << 8U | header_[i];
    }
    wrong = check_length();
    return !wrong;
  }
  return false;
}

std::size_t FrameReader::header_size() const {
  const std::uint8_t given = header_[1] & 0x7FU;
  const std::size_t extended = given == kLengthOf64 ? 8 : given == kLengthOf16 ? 2 : 0;
  return kStart + extended + kMaskBytes;
}

std::optional<ReadFrame> FrameReader::check_start() const {
  constexpr std::uint8_t kReservedBits = 0x70;
  constexpr std::uint8_t kMaskBit = 0x80;
  if ((header_[0] & kReservedBits) != 0) return broken("a reserved bit is set");
  switch (opcode()) {
    case Opcode::continuation:
      if (!in_message_) return broken("there is no message to be continued");
      break;
    case Opcode::text:
    case Opcode::binary:
      if (in_message_) return broken("a message begins within another one");
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!is_final()) return broken("a control frame is in fragments");
      if ((header_[1] & 0x7FU) > kMaxControlBytes) return broken("a control frame is too long");
      break;
    default:
      return broken("an opcode is reserved");
  }
  if ((header_[1] & kMaskBit) == 0) return broken("a frame is not masked");
  if (opcode() == Opcode::binary) {
    return violation(CloseCode::unsupported_data, "messages have to be text");
  }
  return std::nullopt;
}

std::optional<ReadFrame> FrameReader::check_length() const {
  constexpr std::uint64_t kMax16 = 0xFFFF;
  const std::uint8_t given = header_[1] & 0x7FU;
  const bool is_too_wide = (given == kLengthOf16 && length_ < kLengthOf16) ||
                           (given == kLengthOf64 && length_ <= kMax16);
  if (is_too_wide || (length_ >> 63U) != 0) return broken("a length is not in its shortest form");
  if (!is_control() && length_ > max_message_bytes_ - message_.size()) {
    return violation(CloseCode::message_too_big, "a message is too long");
  }
  return std::nullopt;
}

void FrameReader::take_payload(std::string_view& bytes) {
  std::string& target = is_control() ? control_ : message_;
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(length_ - taken_, bytes.size()));
  const std::size_t begin = target.size();
  target.append(bytes.substr(0, count));
  const std::size_t mask_at = header_size() - kMaskBytes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t mask = header_[mask_at + (taken_ + i) % kMaskBytes];
    target[begin + i] = static_cast<char>(static_cast<std::uint8_t>(target[begin + i]) ^ mask);
  }
  taken_ += count;
  bytes.remove_prefix(count);
}

ReadFrame FrameReader::finish() {
  using Kind = ReadFrame::Kind;
  if (is_control()) {
    std::string payload = std::exchange(control_, std::string());
    if (opcode() == Opcode::close) return finish_close(std::move(payload));
    const Kind kind = opcode() == Opcode::ping ? Kind::ping : Kind::pong;
    return {.kind = kind, .payload = std::move(payload)};
  }
  in_message_ = !is_final();
  if (in_message_) return {};
  std::string message = std::exchange(message_, std::string());
  if (!is_utf8(message)) return violation(CloseCode::invalid_text, "a message is not UTF-8");
  return {.kind = Kind::text, .payload = std::move(message)};
}

ReadFrame FrameReader::finish_close(std::string payload) {
  constexpr std::size_t kCodeBytes = 2;
  ReadFrame frame;
  frame.kind = ReadFrame::Kind::close;
  if (payload.empty()) return frame;
  if (payload.size() < kCodeBytes) return broken("a close has half a code");
  const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8U |
                                               static_cast<std::uint8_t>(payload[1]));
  if (!may_be_sent(code)) return broken("a close has a code that may not be sent");
  frame.code = static_cast<CloseCode>(code);
  frame.payload = payload.substr(kCodeBytes);
  if (!is_utf8(frame.payload)) return violation(CloseCode::invalid_text, "a reason is not UTF-8");
  return frame;
}

}  // namespace remit::net
