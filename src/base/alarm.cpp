#include "remit/base/alarm.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace remit {
namespace {

/// Longer waits would overflow the timer's nanoseconds.
constexpr Duration kLongestWait = std::chrono::hours(24 * 365);

struct State {
  explicit State(const Executor& executor) : timer(executor) {}
  boost::asio::steady_timer timer;
  bool rung = false;
};

/// Owns its state, so an alarm may be destroyed during a wait: the wait then ends.
Task<void> wait_on(std::shared_ptr<State> state, Duration delay) {
  if (!state->rung) {
    state->timer.expires_after(std::clamp(delay, Duration(0), kLongestWait));
    boost::system::error_code cancelled;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, cancelled);
    co_await state->timer.async_wait(token);
  }
  state->rung = false;
}

class AsioAlarm final : public Alarm {
 public:
  explicit AsioAlarm(const Executor& executor) : state_(std::make_shared<State>(executor)) {}
  ~AsioAlarm() override { state_->timer.cancel(); }

  Task<void> wait(Duration delay) override { return wait_on(state_, delay); }

  void ring() override {
    state_->rung = true;
    state_->timer.cancel();
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Alarm> AsioAlarmFactory::make_alarm() {
  return std::make_unique<AsioAlarm>(executor_);
}

}  // namespace remit
