// Alarms that go off when a test moves its ManualClock, however long that takes in life.
//
//   ManualAlarms alarms(context.get_executor(), clock);
//   run_until(context, [&] { return alarms.waiting() == 1; });
//   alarms.advance(std::chrono::seconds(5));
//
// Loop thread. Outlives the alarms it makes.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "remit/base/alarm.hpp"
#include "support/manual_clock.hpp"

namespace remit::test {

class ManualAlarms final : public AlarmFactory {
 public:
  ManualAlarms(Executor executor, ManualClock& clock) : real_(std::move(executor)), clock_(clock) {}

  [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override {
    return std::make_unique<Manual>(*this);
  }

  /// Moves the clock and rings what has become due.
  void advance(Duration by) {
    clock_.advance(by);
    for (Manual* alarm : alarms_) alarm->ring_when_due(clock_.monotonic());
  }

  [[nodiscard]] std::size_t waiting() const {
    return static_cast<std::size_t>(std::ranges::count_if(alarms_, &Manual::is_waiting));
  }

 private:
  class Manual final : public Alarm {
   public:
    explicit Manual(ManualAlarms& owner) : owner_(owner), real_(owner.real_.make_alarm()) {
      owner_.alarms_.push_back(this);
    }
    ~Manual() override { std::erase(owner_.alarms_, this); }

    Task<void> wait(Duration delay) override {
      due_ = owner_.clock_.monotonic() + delay;
      co_await real_->wait(std::chrono::hours(24));
      due_.reset();
    }
    void ring() override { real_->ring(); }

    void ring_when_due(Duration now) {
      if (due_ && *due_ <= now) real_->ring();
    }
    [[nodiscard]] bool is_waiting() const { return due_.has_value(); }

   private:
    ManualAlarms& owner_;
    std::unique_ptr<Alarm> real_;
    std::optional<Duration> due_;
  };

  AsioAlarmFactory real_;
  ManualClock& clock_;
  std::vector<Manual*> alarms_;
};

}  // namespace remit::test
