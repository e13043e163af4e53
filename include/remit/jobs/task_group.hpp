// Tasks whose end can be waited for. A defect is logged, ends its own task, and affects no other.
//
// Loop thread; one waiter at a time. May be destroyed while tasks are still running.
#pragma once

#include <memory>
#include <string>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::jobs {

/// What tasks run on. The references outlive whatever is made with it.
struct Context {
  Executor executor;
  AlarmFactory& alarms;
  const Clock& clock;
};

class TaskGroup {
 public:
  /// `name` is for the log.
  TaskGroup(const Context& context, std::string name);

  void spawn(Task<void> task);
  [[nodiscard]] bool empty() const;
  /// False when some task still runs after `timeout`.
  Task<bool> wait(Duration timeout);

 private:
  struct State;
  Executor executor_;
  const Clock& clock_;
  std::shared_ptr<State> state_;
};

}  // namespace remit::jobs
