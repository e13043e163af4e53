// A program of ours as a child process: started with its output caught, signalled, waited for.
//
// Owned by the test; started from the main thread alone, whose death ends the child (so nothing is
// left running when a test crashes). The destructor kills what still runs. Output is kept in
// memory, not in files. Throws std::runtime_error when the program cannot be started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace remit::test {

/// A file that exists in memory alone.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content = {});
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Under which this process, and nobody else, can open it.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string content() const;

 private:
  int descriptor_;
};

class ChildProcess {
 public:
  /// Settings of ours in the environment are not passed on; `environment` ("NAME=value") is.
  explicit ChildProcess(std::vector<std::string> words, std::vector<std::string> environment = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_running();
  void signal(int number);
  /// SIGKILL, and the end of it awaited.
  void kill();
  /// The exit status, or minus the number of the signal that ended it; nothing when it still runs
  /// after `timeout`.
  std::optional<int> wait(std::chrono::milliseconds timeout);

  [[nodiscard]] std::string standard_output() const { return output_.content(); }
  [[nodiscard]] std::string standard_error() const { return error_.content(); }
  /// A figure of /proc/PID/status, as "VmRSS" (in kB) or "Threads".
  [[nodiscard]] long status_figure(const std::string& name) const;

 private:
  MemoryFile output_;
  MemoryFile error_;
  pid_t pid_ = 0;
  std::optional<int> status_;
};

}  // namespace remit::test
