#include "remit/webhooks/line.hpp"

namespace remit::webhooks {

void Line::limit(std::int64_t max_per_second, std::int64_t instances) {
  interval_ =
      max_per_second == 0
          ? Duration::zero()
          : std::max(Duration(std::chrono::seconds(1)) * instances / max_per_second, Duration(1));
}

Duration Line::pause(Duration now) const {
  return is_limited() ? std::max(Duration::zero(), next_ - now) : Duration::zero();
}

std::int64_t Line::room(Duration now) const {
  std::int64_t room = std::min(is_proven_ ? kClaimed : 1 - in_flight_, kMostInHand - in_hand_);
  if (is_limited()) {
    const Duration saved_up = std::min(now - next_, kSavedUp);
    room =
        std::min<std::int64_t>(room, pause(now) > Duration::zero() ? 0 : 1 + saved_up / interval_);
  }
  return std::max<std::int64_t>(0, room);
}

void Line::on_begun(Duration now) {
  ++in_flight_;
  if (is_limited()) next_ = std::max(next_, now - kSavedUp) + interval_;
}

}  // namespace remit::webhooks
