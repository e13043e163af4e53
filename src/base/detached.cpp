#include "remit/base/detached.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace remit {
namespace {

struct Registry {
  std::mutex mutex;
  std::condition_variable changed;
  int under_way = 0;
};

/// Never destroyed: a thread may end later than everything else.
Registry& registry() {
  static Registry& only = *new Registry;
  return only;
}

}  // namespace

void run_detached(std::move_only_function<void()> work) {
  Registry& all = registry();
  const std::lock_guard begun(all.mutex);
  std::thread([&all, work = std::move(work)]() mutable {
    work();
    work = nullptr;  // and with it what it owns
    std::unique_lock lock(all.mutex);
    --all.under_way;
    std::notify_all_at_thread_exit(all.changed, std::move(lock));
  }).detach();
  ++all.under_way;
}

bool detached_have_ended(std::chrono::milliseconds limit) {
  Registry& all = registry();
  std::unique_lock lock(all.mutex);
  return all.changed.wait_for(lock, limit, [&all] { return all.under_way == 0; });
}

}  // namespace remit
