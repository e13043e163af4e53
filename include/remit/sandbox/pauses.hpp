// The waits of a simulated world, all of which end when the world does.
//
// Owned by the World, shared by its providers; loop thread. The alarms outlive it.
#pragma once

#include <unordered_set>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::sandbox {

class Pauses {
 public:
  explicit Pauses(AlarmFactory& alarms) : alarms_(alarms) {}
  Pauses(const Pauses&) = delete;
  Pauses& operator=(const Pauses&) = delete;

  /// True when `delay` has passed; false when the world ends, after which nothing may be done.
  Task<bool> wait(Duration delay);

  /// Ends every wait, those to come included.
  void end();

 private:
  class Waiting;

  AlarmFactory& alarms_;
  std::unordered_set<Alarm*> waiting_;
  bool ended_ = false;
};

}  // namespace remit::sandbox
