// A wait that has a deadline and can be ended early: what loops sleep on.
//
// One waiter at a time, on the loop thread. `ring` before `wait` is remembered, so a wake-up
// between the check and the wait is never lost. Made by an `AlarmFactory`; the simulator's uses
// simulated time.
#pragma once

#include <memory>

#include "remit/base/interface.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit {

class Alarm : public Interface {
 public:
  /// Returns when `delay` has passed or `ring` was called, whichever is first.
  virtual Task<void> wait(Duration delay) = 0;
  virtual void ring() = 0;
};

class AlarmFactory : public Interface {
 public:
  [[nodiscard]] virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

/// Alarms over the real clock of an executor.
class AsioAlarmFactory final : public AlarmFactory {
 public:
  explicit AsioAlarmFactory(Executor executor) : executor_(std::move(executor)) {}
  [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override;

 private:
  Executor executor_;
};

}  // namespace remit
