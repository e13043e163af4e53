// Work on its own thread, whose result is delivered on the loop.
//
// Neither the owner nor the loop waits for the work, which may never end (remit/base/detached.hpp),
// and both may be destroyed by then. Loop thread; owned by the receiver of the result, which
// destroys it before the loop is destroyed.
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
