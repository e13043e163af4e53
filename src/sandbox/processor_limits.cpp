#include "remit/sandbox/processor_limits.hpp"

#include <algorithm>
#include <memory>

namespace remit::sandbox {

namespace {

/// A place in the queue, given up when the wait ends in any way.
class Waiter {
 public:
  Waiter(std::deque<Alarm*>& waiters, Alarm* alarm) : waiters_(waiters), alarm_(alarm) {
    waiters_.push_back(alarm_);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { std::erase(waiters_, alarm_); }

 private:
  std::deque<Alarm*>& waiters_;
  Alarm* alarm_;
};

}  // namespace

std::optional<Duration> HealthTurns::admit(Duration now) {
  const Duration turn = std::max(now, next_free_.value_or(now));
  if (turn - now > kMaxHeld * kWindow) return std::nullopt;
  next_free_ = turn + kWindow;
  return turn - now;
}

Task<bool> PaymentSlots::acquire() {
  if (running_ < kMaxRunning) {
    ++running_;
    co_return true;
  }
  if (waiters_.size() >= kMaxQueued) co_return false;
  const std::unique_ptr<Alarm> alarm = alarms_.make_alarm();
  const Waiter waiter(waiters_, alarm.get());
  // The ringing call has handed its slot over; the delay only has to be longer than any run.
  while (std::ranges::find(waiters_, alarm.get()) != waiters_.end()) {
    co_await alarm->wait(std::chrono::hours(24));
  }
  co_return true;
}

void PaymentSlots::release() {
  if (waiters_.empty()) {
    --running_;
    return;
  }
  Alarm* const next = waiters_.front();
  waiters_.pop_front();
  next->ring();
}

}  // namespace remit::sandbox
