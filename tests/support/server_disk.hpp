// A PostgreSQL whose disk can be filled, slowed down or broken while it runs.
//
// The disk is a small file system in memory, mounted for this process and its children alone, and
// really full. Where mounting is not permitted, and for what a file system cannot be asked to do,
// the server's system calls are made to fail or to wait (strace). Owned by the test; main thread.
// Throws std::runtime_error when neither can be had.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "support/child_process.hpp"
#include "support/postgres.hpp"

namespace remit::test {

class ServerDisk {
 public:
  ServerDisk();
  ServerDisk(const ServerDisk&) = delete;
  ServerDisk& operator=(const ServerDisk&) = delete;
  ~ServerDisk();

  [[nodiscard]] PostgresCluster& server() { return *server_; }

  /// Not a byte is left.
  void fill();
  /// Every flush takes `milliseconds` longer.
  void slow_down(int milliseconds);
  /// No flush works any more.
  void break_flushes();
  /// As it was. The server is running again when this returns, whatever it made of it.
  void heal();

 private:
  void inject(const std::string& calls, const std::string& effect);

  std::filesystem::path folder_;
  bool is_mounted_ = false;
  std::unique_ptr<PostgresCluster> server_;
  std::optional<ChildProcess> tracer_;
};

}  // namespace remit::test
