// Stands between a program and PostgreSQL and loses the link at the worst moment.
//
// Listens on a unix socket of its own; every connection has a thread that copies bytes both ways.
// What is armed happens once, at the next message of any connection that commits: a COMMIT, or a
// statement of which a lane leaves the commit to the server. Any thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
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

/// A message that its program does not live to send, or to read the answer to.
struct DeadlyMessage {
  std::string statement;   ///< messages count from each use of it to the end of its transaction
  int nth = 1;             ///< 1: the one that uses it
  bool is_answer = false;  ///< the server has acted on it
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
  /// Of the first connection that comes to it, whosever it is: kill -9.
  void arm(DeadlyMessage message);
  void disarm();
  [[nodiscard]] int faults_done() const { return faults_done_; }

 private:
  void accept_connections();
  void copy(int client);
  /// What is known of a connection.
  struct Link {
    int client = -1;
    int server = -1;
    bool in_transaction = false;
    int messages = 0;  ///< since the statement that is watched
  };
  /// False: the link is to be broken.
  bool forward_request(Link& link);
  bool forward_answer(const Link& link);
  /// Counts a request from the statement that is watched on.
  void count(Link& link, const std::string& request);
  /// Kills the program, when that is its end.
  bool is_end(const Link& link, bool is_answer);
  void carry_out(std::string request, int client, int server) const;

  std::filesystem::path server_folder_;
  std::string socket_name_;
  TemporaryFolder folder_{"remit-proxy"};
  int listener_ = -1;
  int stop_pipe_[2] = {-1, -1};
  std::atomic<CommitFault> fault_ = CommitFault::none;
  std::atomic<int> faults_done_ = 0;
  std::mutex mutex_;  // of connections_ and deadly_
  std::optional<DeadlyMessage> deadly_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace remit::test
