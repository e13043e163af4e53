// The two limits of the public processor: how many payments run at once, and how often its health
// may be asked. Loop thread; owned by a ProcessorSim.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::sandbox {

/// One call per window; the next two wait for their windows; more are refused.
class HealthTurns {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(5);
  static constexpr int kMaxHeld = 2;

  /// How long the caller is held, or nothing when it is refused.
  [[nodiscard]] std::optional<Duration> admit(Duration now);

 private:
  std::optional<Duration> next_free_;
};

/// Slots for payments in work, and a bounded queue, first come first served, of those that wait.
class PaymentSlots {
 public:
  static constexpr std::size_t kMaxRunning = 800;
  static constexpr std::size_t kMaxQueued = 500;

  explicit PaymentSlots(AlarmFactory& alarms) : alarms_(alarms) {}
  PaymentSlots(const PaymentSlots&) = delete;
  PaymentSlots& operator=(const PaymentSlots&) = delete;

  /// False at once when all is full; true when the caller has a slot, which it must release.
  Task<bool> acquire();
  void release();

  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] std::size_t queued() const { return waiters_.size(); }

 private:
  AlarmFactory& alarms_;
  std::size_t running_ = 0;
  std::deque<Alarm*> waiters_;
};

}  // namespace remit::sandbox
