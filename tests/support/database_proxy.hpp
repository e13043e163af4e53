// Stands between a program and PostgreSQL and loses the link at the worst moment.
//
// Listens on a unix socket of its own; every connection has a thread that copies bytes both ways.
// What is armed happens once, at the next message of any connection that commits: a COMMIT, or a
// statement of which a lane leaves the commit to the server. Any thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/files.hpp"

namespace remit::test {

enum class CommitFault {
  none,
  lose_answer,   ///< the server commits, nobody hears of it
  lose_request,  ///< the link breaks before the server sees the COMMIT
};

class DatabaseProxy {
 public:
  /// `server_folder`: where the socket is of PostgreSQL or of who stands before it.
  explicit DatabaseProxy(const std::filesystem::path& server_folder,
                         const std::string& port = "5432");
  DatabaseProxy(const DatabaseProxy&) = delete;
  DatabaseProxy& operator=(const DatabaseProxy&) = delete;
  ~DatabaseProxy();

  /// The same database, through the proxy.
  [[nodiscard]] std::string url_through(const std::string& url) const;
  void arm(CommitFault fault) { fault_ = fault; }
  [[nodiscard]] int faults_done() const { return faults_done_; }

 private:
  void accept_connections();
  void copy(int client);
  /// False: the link is to be broken.
  bool forward_request(int client, int server, bool& in_transaction);
  void carry_out(std::string request, int client, int server) const;

  std::filesystem::path server_folder_;
  std::string socket_name_;
  TemporaryFolder folder_{"remit-proxy"};
  int listener_ = -1;
  int stop_pipe_[2] = {-1, -1};
  std::atomic<CommitFault> fault_ = CommitFault::none;
  std::atomic<int> faults_done_ = 0;
  std::mutex mutex_;  // of connections_
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace remit::test
