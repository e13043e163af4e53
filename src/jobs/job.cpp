#include "remit/jobs/job.hpp"

#include <utility>

namespace remit::jobs {

struct Job::State {
  Turn turn;
  std::unique_ptr<Alarm> alarm;
  bool stopping = false;
};

Job::Job(const Context& context, std::string name, Turn turn)
    : state_(std::make_shared<State>(std::move(turn), context.alarms.make_alarm())),
      tasks_(context, std::move(name)) {}

Job::~Job() { stop(); }

void Job::start(std::shared_ptr<void> owner) { tasks_.spawn(loop(state_, std::move(owner))); }

void Job::wake() { state_->alarm->ring(); }

void Job::stop() {
  state_->stopping = true;
  state_->alarm->ring();
}

bool Job::is_stopping() const { return state_->stopping; }

Task<void> Job::loop(std::shared_ptr<State> state, std::shared_ptr<void> /*owner*/) {
  while (!state->stopping) {
    const Rest rest = co_await state->turn();
    if (!rest || state->stopping) break;
    if (*rest > Duration::zero()) co_await state->alarm->wait(*rest);
  }
}

}  // namespace remit::jobs
