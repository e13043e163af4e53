// A real, private PostgreSQL for tests: its own cluster in a temporary folder, reached by a unix
// socket alone, as durable as in production.
//
// `shared()` is started on first use and ends with the program; a guardian process ends it and
// removes its folder when the program crashes. Used from one thread at a time. Throws
// std::runtime_error with the server's log when it does not start.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

struct pg_conn;  // libpq's connection

namespace remit::test {

/// A connection of a test's own: to look behind a program's back, and to stand in its way.
class PostgresSession {
 public:
  explicit PostgresSession(const std::string& url);
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;
  ~PostgresSession();

  /// The first field of the first row, or "".
  std::string query(const std::string& sql);
  /// The same in two steps, for SQL that will have to wait.
  void send(const std::string& sql);
  std::string receive();

 private:
  pg_conn* connection_;
};

class PostgresCluster {
 public:
  /// `settings`: further server settings, as "fsync=off".
  explicit PostgresCluster(std::initializer_list<std::string> settings = {});
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster();

  /// A copy of it that follows it, and answers what is only read.
  [[nodiscard]] std::unique_ptr<PostgresCluster> make_standby();
  /// Of a standby: returns when it takes writes.
  void promote();

  static PostgresCluster& shared();

  /// Of a fresh, empty database.
  [[nodiscard]] std::string url();
  /// Of a fresh copy of another database, which nobody may be connected to.
  [[nodiscard]] std::string copy_of(const std::string& url);
  /// Of a database by name; "postgres" is always there.
  [[nodiscard]] std::string url_of(std::string_view database) const;

  void stop_immediate();  ///< like a crash: nothing is flushed, recovery at the next start
  void stop_fast();       ///< orderly, sessions are ended
  void freeze();  ///< every process is paused (SIGSTOP): connections stay, answers do not come
  void thaw();    ///< no-op while nothing is paused
  void start();   ///< returns when it takes connections; no-op while running
  [[nodiscard]] bool is_running() const { return server_ > 0; }

  [[nodiscard]] const std::filesystem::path& socket_folder() const { return folder_; }

 private:
  struct Unfilled {};
  explicit PostgresCluster(Unfilled);  ///< a folder with its guardian, and nothing in it
  void signal_all(int signal) const;
  void configure();
  void stop(int signal);
  void start_guardian();
  [[nodiscard]] std::string log_tail() const;
  [[nodiscard]] std::string create_database(const std::string& clauses);

  std::filesystem::path folder_;
  std::string settings_;
  pid_t server_ = 0;
  pid_t guardian_ = 0;
  int guardian_pipe_ = -1;
  int databases_ = 0;
  bool is_frozen_ = false;
};

}  // namespace remit::test
