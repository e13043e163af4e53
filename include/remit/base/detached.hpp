// Work that may never end, such as resolving a host name, which cannot be interrupted. It runs on
// its own thread; the caller stops waiting for it after a timeout.
//
// Such a thread uses libraries that are destroyed when a program ends normally. So `main` ends with
// std::_Exit while one is left. Any thread.
#pragma once

#include <chrono>
#include <functional>

namespace remit {

/// `work` owns what it uses and does not throw. Throws std::system_error when the system has no
/// thread left.
void run_detached(std::move_only_function<void()> work);

/// Waits at most `limit`; true when no such thread is left.
[[nodiscard]] bool detached_have_ended(std::chrono::milliseconds limit);

}  // namespace remit
