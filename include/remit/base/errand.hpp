// Work on a thread of its own for somebody on a loop, who is told there what came of it.
//
// Neither he nor the loop waits for the end of the work, which may never come
// (remit/base/detached.hpp), and both may be gone by then. Loop thread; owned by whoever is told,
// who destroys it before the loop is.
#pragma once

#include <functional>
#include <memory>

#include "remit/base/task.hpp"

namespace remit {

class Errand {
 public:
  /// Called on the loop, unless the errand has been destroyed by then.
  using Tell = std::move_only_function<void()>;
  /// Owns what it uses and does not throw.
  using Work = std::move_only_function<Tell()>;

  /// Throws std::system_error when the system has no thread left.
  Errand(const Executor& loop, Work work);
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;
  ~Errand();

 private:
  struct Link;
  std::shared_ptr<Link> link_;
};

}  // namespace remit
