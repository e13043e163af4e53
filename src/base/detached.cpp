#include "remit/base/detached.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace remit {
namespace {

struct Registry {
  std::mutex mutex;
  std::condition_variable changed;
  std::list<std::thread> running;
  std::list<std::thread> ended;  ///< but for what the system and libraries do at a thread's end

  /// With the mutex held, which they need no more.
  void join_ended() {
    for (std::thread& thread : ended) thread.join();
    ended.clear();
  }
};

/// Never destroyed: a thread may end later than everything else.
Registry& registry() {
  static Registry& only = *new Registry;
  return only;
}

}  // namespace

void run_detached(std::move_only_function<void()> work) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.join_ended();
  std::list<std::thread> begun(1);
  begun.front() = std::thread([&all, self = begun.begin(), work = std::move(work)]() mutable {
    work();
    work = nullptr;  // and with it what it owns
    const std::lock_guard ending(all.mutex);
    all.ended.splice(all.ended.end(), all.running, self);
    all.changed.notify_all();
  });
  all.running.splice(all.running.end(), begun);
}

bool detached_have_ended(std::chrono::milliseconds limit) {
  Registry& all = registry();
  std::unique_lock lock(all.mutex);
  if (!all.changed.wait_for(lock, limit, [&all] { return all.running.empty(); })) return false;
  all.join_ended();
  return true;
}

}  // namespace remit
