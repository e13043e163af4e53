#include "frame_queue.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace remit::net {

void FrameQueue::push_head(std::string head) {
  Frame frame;
  frame.body = std::make_shared<const std::string>(std::move(head));
  frames_.push_back(std::move(frame));
}

bool FrameQueue::push_text(Body body) {
  const std::size_t size = body->size();
  if (messages_ >= max_messages_ || size > max_bytes_ - bytes_) return false;
  push(Opcode::text, std::move(body)).is_message = true;
  ++messages_;
  bytes_ += size;
  return true;
}

void FrameQueue::push_ping() { push(Opcode::ping, std::make_shared<const std::string>()); }

void FrameQueue::push_pong(std::string payload) {
  auto body = std::make_shared<const std::string>(std::move(payload));
  const bool waits = pong_ != nullptr && (sent_ == 0 || pong_ != &frames_.front());
  if (waits) {
    pong_->header[1] = static_cast<char>(body->size());
    pong_->body = std::move(body);
    return;
  }
  pong_ = &push(Opcode::pong, std::move(body));
}

void FrameQueue::push_close(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code != CloseCode::no_code) {
    const auto number = static_cast<std::uint16_t>(code);
    payload = {static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
    payload += clip_text(reason, kMaxControlBytes - payload.size());
  }
  push(Opcode::close, std::make_shared<const std::string>(std::move(payload)));
}

FrameQueue::Frame& FrameQueue::push(Opcode opcode, Body body) {
  constexpr std::uint8_t kFinal = 0x80;
  constexpr std::size_t kMax7 = 125;
  constexpr std::size_t kMax16 = 0xFFFF;
  const std::size_t size = body->size();
  Frame frame;
  frame.header[frame.header_size++] = static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode));
  const std::size_t width = size <= kMax7 ? 0 : size <= kMax16 ? 2 : 8;
  const std::size_t shown = width == 0 ? size : width == 2 ? 126 : 127;
  frame.header[frame.header_size++] = static_cast<char>(shown);
  for (std::size_t i = width; i-- > 0;) {
    frame.header[frame.header_size++] = static_cast<char>(size >> (8U * i) & 0xFFU);
  }
  frame.body = std::move(body);
  return frames_.emplace_back(std::move(frame));
}

void FrameQueue::drop_unsent() {
  pong_ = nullptr;
  const bool stays = !frames_.empty() && (sent_ > 0 || frames_.front().header_size == 0);
  const std::size_t kept = stays ? 1 : 0;
  frames_.resize(kept);
  frames_.shrink_to_fit();
  const bool is_message = kept > 0 && frames_.front().is_message;
  messages_ = is_message ? 1 : 0;
  bytes_ = is_message ? frames_.front().body->size() : 0;
}

void FrameQueue::clear() {
  frames_.clear();
  sent_ = 0;
  drop_unsent();
}

std::size_t FrameQueue::gather(std::span<std::string_view> pieces) const {
  std::size_t count = 0;
  std::size_t skipped = sent_;
  for (const Frame& frame : frames_) {
    for (std::string_view piece : {std::string_view(frame.header.data(), frame.header_size),
                                   std::string_view(*frame.body)}) {
      if (count == pieces.size()) return count;
      const std::size_t behind = std::min(skipped, piece.size());
      piece.remove_prefix(behind);
      skipped -= behind;
      if (!piece.empty()) pieces[count++] = piece;
    }
  }
  return count;
}

void FrameQueue::advance(std::size_t bytes) {
  sent_ += bytes;
  while (!frames_.empty()) {
    const std::size_t size = frames_.front().header_size + frames_.front().body->size();
    if (sent_ < size) break;
    sent_ -= size;
    pop();
  }
}

void FrameQueue::pop() {
  const Frame& frame = frames_.front();
  if (pong_ == &frame) pong_ = nullptr;
  if (frame.is_message) {
    --messages_;
    bytes_ -= frame.body->size();
  }
  frames_.pop_front();
}

}  // namespace remit::net
