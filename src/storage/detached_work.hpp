// Work on a thread of its own that may never end, such as connecting to a database. Who waits for
// it gives up after a timeout or at a request to stop; the work then goes on by itself, and its
// result is dropped (remit/base/detached.hpp).
//
// One owner, one thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "remit/base/detached.hpp"
#include "remit/base/time.hpp"

namespace remit::storage {

template <class T>
class DetachedWork {
 public:
  /// `work`: () -> T, owns what it uses and does not throw. Throws std::system_error when the
  /// system has no thread left.
  template <class Work>
  explicit DetachedWork(Work work) {
    run_detached([state = state_, work = std::move(work)]() mutable {
      T result = work();
      const std::lock_guard lock(state->mutex);
      state->result = std::move(result);
      state->changed.notify_all();
    });
  }

  /// Its result, once; empty: it is still under way.
  [[nodiscard]] std::optional<T> wait(const std::stop_token& stop, Duration limit) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, stop, limit, [this] { return state_->result.has_value(); });
    return std::exchange(state_->result, std::nullopt);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<T> result;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace remit::storage
