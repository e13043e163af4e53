// A clock that moves only when it is told to. One thread.
#pragma once

#include "remit/base/time.hpp"

namespace remit::test {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  [[nodiscard]] Timestamp now() const override { return now_; }
  [[nodiscard]] Duration monotonic() const override { return monotonic_; }
  void advance(Duration by) {
    now_ += by;
    monotonic_ += by;
  }
  /// Moves wall time alone, as an operator or NTP does.
  void jump(Duration by) { now_ += by; }

 private:
  Timestamp now_;
  Duration monotonic_{0};
};

}  // namespace remit::test
