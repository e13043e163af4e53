// The end of a process at a chosen system call: SIGKILL as one of its threads enters its N-th such
// call. A message that was to be sent is not; a message that was to be read has been acted on by
// its sender, and is never seen.
//
// Owned by the test; main thread. The constructor returns when every thread is watched, and throws
// std::runtime_error when strace cannot watch them. The process is nobody's child but the test's,
// and its threads go on unwatched when the trap is gone.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "support/child_process.hpp"

namespace remit::test {

/// Which threads: the loop speaks HTTP, the lanes speak to PostgreSQL.
enum class Watched { loop, lanes };

class CrashTrap {
 public:
  CrashTrap(pid_t process, Watched watched, const std::string& call, int nth);

 private:
  [[nodiscard]] bool is_attached(std::size_t threads);

  std::optional<ChildProcess> strace_;
};

}  // namespace remit::test
