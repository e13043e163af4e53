// Places for attempts that many endpoints share: who waits for one gets it in the order of asking,
// and each endpoint asks for one at a time. So none waits for more than one place of each other.
//
// Owned by the courier; loop thread. A waiter is alive until its wait has ended.
#pragma once

#include <cstdint>
#include <deque>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"

namespace remit::webhooks {

class Turns {
 public:
  explicit Turns(std::int64_t places) : free_(places) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  ~Turns() = default;

  /// False: there was no place within the time. `alarm` is the waiter's own.
  Task<bool> take(Alarm& alarm, const Clock& clock, Duration timeout) {
    if (is_closed_) co_return false;
    if (free_ > 0) {
      --free_;
      co_return true;
    }
    Waiter waiter{.alarm = alarm};
    waiting_.push_back(&waiter);
    const Duration deadline = clock.monotonic() + timeout;
    while (!waiter.has_place && !is_closed_ && clock.monotonic() < deadline) {
      co_await alarm.wait(left_until(clock, deadline));
    }
    if (!waiter.has_place) std::erase(waiting_, &waiter);
    co_return waiter.has_place;
  }

  void give_back() {
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->has_place = true;
    next->alarm.ring();
  }

  /// No more places are given.
  void close() {
    is_closed_ = true;
    for (Waiter* const waiter : waiting_) waiter->alarm.ring();
  }

  [[nodiscard]] std::int64_t free() const { return free_; }

 private:
  struct Waiter {
    Alarm& alarm;
    bool has_place = false;
  };

  std::int64_t free_;
  std::deque<Waiter*> waiting_;
  bool is_closed_ = false;
};

}  // namespace remit::webhooks
