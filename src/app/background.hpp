// Tasks that live as long as the program: each has an owner that can wait for its end. Loop thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <exception>
#include <memory>

#include "remit/base/alarm.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {

class Background {
 public:
  Background(Executor executor, AlarmFactory& alarms, const Clock& clock)
      : executor_(std::move(executor)),
        clock_(clock),
        state_(std::make_shared<State>(alarms.make_alarm())) {}

  void start(Task<void> task) {
    ++state_->running;
    boost::asio::co_spawn(executor_, std::move(task), [state = state_](std::exception_ptr error) {
      --state->running;
      state->ended->ring();
      if (error) {
        telemetry::log(telemetry::Level::error, "a background task ended by a defect");
      }
    });
  }

  /// False when some task still runs after `timeout`.
  Task<bool> wait(Duration timeout) {
    const Duration deadline = clock_.monotonic() + timeout;
    while (state_->running > 0) {
      const Duration left = deadline - clock_.monotonic();
      if (left <= Duration::zero()) {
        co_return false;
      }
      co_await state_->ended->wait(left);
    }
    co_return true;
  }

 private:
  struct State {
    explicit State(std::unique_ptr<Alarm> alarm) : ended(std::move(alarm)) {}
    std::int64_t running = 0;
    std::unique_ptr<Alarm> ended;
  };

  Executor executor_;
  const Clock& clock_;
  std::shared_ptr<State> state_;
};

}  // namespace remit::app
