// Work that may never end: looking up a host's name, say, cannot be ended from outside. It has a
// thread of its own, which whoever asked for it stops waiting for after a while.
//
// Such a thread uses libraries that take themselves apart when a program ends in order. So `main`
// ends with std::_Exit while one is left. Any thread.
#pragma once

#include <chrono>
#include <functional>

namespace remit {

/// `work` owns what it uses and does not throw. Throws std::system_error when the system has no
/// thread left.
void run_detached(std::move_only_function<void()> work);

/// Whether none is left, at the latest after `limit`.
[[nodiscard]] bool detached_have_ended(std::chrono::milliseconds limit);

}  // namespace remit
