// A real PgBouncer in front of a test's PostgreSQL, reached by a unix socket alone.
//
// Owned by the test; main thread. Ends with its object, and with the test program. Throws
// std::runtime_error with its log when it does not start.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "support/postgres.hpp"

namespace remit::test {

class Pooler {
 public:
  /// `mode`: "session", "transaction" or "statement"; `settings`: further lines of its
  /// configuration.
  Pooler(const PostgresCluster& cluster, const std::string& mode, const std::string& settings = {});
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;
  ~Pooler();

  static constexpr const char* kPort = "6432";
  [[nodiscard]] const std::filesystem::path& socket_folder() const { return folder_; }
  /// Of a database, given by the URL that reaches it without the pooler.
  [[nodiscard]] std::string url_of(const std::string& direct_url) const;

 private:
  std::filesystem::path folder_;
  pid_t process_ = 0;
};

}  // namespace remit::test
