// Work that is repeated, with a pause in between, until it is stopped.
//
//   Job merging(context, "totals", [this] { return turn(); });   // turn: Task<Rest>
//   merging.start();
//   …
//   merging.stop();                                    // no turn after the one under way
//   const bool ended = co_await merging.ended(limit);
//
// Owned by the object whose turn it runs; loop thread. A defect in a turn is logged and ends the
// job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "remit/jobs/task_group.hpp"

namespace remit::jobs {

/// How long until the next turn; zero: at once. Empty: there is nothing left to do, ever.
using Rest = std::optional<Duration>;

class Job {
 public:
  using Turn = std::function<Task<Rest>()>;

  Job(const Context& context, std::string name, Turn turn);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job();  ///< stop()

  /// Once. `owner` is kept alive for as long as the turns go on.
  void start(std::shared_ptr<void> owner = nullptr);
  /// Ends the pause: there is something to do.
  void wake();
  void stop();
  [[nodiscard]] bool is_stopping() const;

  /// More work of the job, beside its turns: it has not ended before all of it has.
  void spawn(Task<void> task) { tasks_.spawn(std::move(task)); }
  [[nodiscard]] bool has_ended() const { return tasks_.empty(); }
  /// False when it still runs after `timeout`.
  Task<bool> ended(Duration timeout) { return tasks_.wait(timeout); }

 private:
  struct State;
  static Task<void> loop(std::shared_ptr<State> state, std::shared_ptr<void> owner);

  std::shared_ptr<State> state_;
  TaskGroup tasks_;
};

}  // namespace remit::jobs
