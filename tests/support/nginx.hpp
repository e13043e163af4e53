// A real nginx with the nginx.conf of this repository, of which nothing but addresses and paths is
// changed. It listens on a unix socket in a folder of its own.
//
// Owned by the test; main thread. Throws std::runtime_error with nginx's own words when it does not
// start, or when a line to be changed is not in the file exactly once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/http_api.hpp"

namespace remit::test {

/// Which of the lines of nginx.conf that are to be switched on are.
struct NginxOptions {
  std::string certificate = {};  ///< PEM; with it and its key there is TLS
  std::string key = {};          ///< PEM
  std::string rate = {};         ///< of requests, as nginx has it: "1r/m"; with it there are limits
};

class Nginx {
 public:
  /// `instances`: two addresses as `server` takes them, "unix:/path" or "127.0.0.1:80".
  explicit Nginx(const std::vector<std::string>& instances, const NginxOptions& options = {});

  [[nodiscard]] const HttpApi& api() const { return api_; }
  [[nodiscard]] std::string tls_socket() const { return folder_ / "tls.sock"; }
  /// New workers with the same configuration; returns when the old ones have finished.
  void reload();
  /// What it has logged of requests, a JSON document a line; waits until one has this id.
  [[nodiscard]] Json access_line(const std::string& request_id) const;

 private:
  [[nodiscard]] std::set<std::string> workers() const;
  [[nodiscard]] std::string configuration(const std::vector<std::string>& instances,
                                          const NginxOptions& options) const;

  TemporaryFolder folder_;
  HttpApi api_;
  ChildProcess process_;
};

}  // namespace remit::test
