#include "remit/jobs/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <exception>
#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::jobs {
namespace {

void log_defect(std::exception_ptr error, std::string_view name) {
  if (!error) return;
  std::string what = "of unknown type";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& defect) {
    what = defect.what();
  } catch (...) {
    // It stays unknown.
  }
  telemetry::log(telemetry::Level::error, "task ended by a defect",
                 {{"task", name}, {"what", what}});
}

}  // namespace

struct TaskGroup::State {
  std::string name;
  std::unique_ptr<Alarm> ended;
  std::int64_t running = 0;
};

TaskGroup::TaskGroup(const Context& context, std::string name)
    : executor_(context.executor),
      clock_(context.clock),
      state_(std::make_shared<State>(std::move(name), context.alarms.make_alarm())) {}

void TaskGroup::spawn(Task<void> task) {
  ++state_->running;
  boost::asio::co_spawn(executor_, std::move(task), [state = state_](std::exception_ptr error) {
    if (--state->running == 0) state->ended->ring();
    log_defect(error, state->name);
  });
}

bool TaskGroup::empty() const { return state_->running == 0; }

Task<bool> TaskGroup::wait(Duration timeout) {
  const std::shared_ptr<State> state = state_;
  const Duration deadline = clock_.monotonic() + timeout;
  while (state->running > 0) {
    const Duration left = deadline - clock_.monotonic();
    if (left <= Duration::zero()) co_return false;
    co_await state->ended->wait(left);
  }
  co_return true;
}

}  // namespace remit::jobs
