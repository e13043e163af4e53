#include "heartbeat.hpp"

#include <algorithm>

namespace remit::net {

Heartbeat::Heartbeat(const WebSocketSettings& settings, Duration now, Duration first_ping_after)
    : ping_interval_(settings.ping_interval),
      pong_timeout_(settings.pong_timeout),
      write_timeout_(settings.write_timeout),
      close_timeout_(settings.close_timeout),
      next_ping_(now + first_ping_after) {}

Heartbeat::Step Heartbeat::next(Duration now) {
  Duration end = Duration::max();
  if (closing_since_) end = *closing_since_ + close_timeout_;
  if (stalled_since_) end = std::min(end, *stalled_since_ + write_timeout_);
  if (unanswered_since_) end = std::min(end, *unanswered_since_ + pong_timeout_);
  if (now >= end) return {.act = Act::give_up};
  if (closing_since_) return {.delay = end - now};
  if (now >= next_ping_) {
    next_ping_ = now + ping_interval_;
    if (!unanswered_since_) unanswered_since_ = now;
    return {.act = Act::ping};
  }
  return {.delay = std::min(end, next_ping_) - now};
}

void Heartbeat::on_stalled(Duration now) {
  if (!stalled_since_) stalled_since_ = now;
}

void Heartbeat::on_closing(Duration now) {
  if (!closing_since_) closing_since_ = now;
}

}  // namespace remit::net
