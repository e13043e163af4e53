// A wall clock that can be set while the program that reads it runs (libfaketime).
//
// Owned by the test, longer than the program; main thread. Throws std::runtime_error when the
// library is not installed, or a file cannot be written.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/files.hpp"

namespace remit::test {

class FaultyClock {
 public:
  FaultyClock();
  FaultyClock(const FaultyClock&) = delete;
  FaultyClock& operator=(const FaultyClock&) = delete;

  /// From now on the clock differs by that much from the true one.
  void jump_to(std::chrono::seconds offset);
  /// For the program whose clock it is.
  [[nodiscard]] std::vector<std::string> environment() const;

 private:
  TemporaryFolder folder_{"remit-clock"};
};

}  // namespace remit::test
