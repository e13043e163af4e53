// A real Prometheus with the alerts of this repository, which scrapes several times a second; and
// promtool.
//
// Main thread. Throws std::runtime_error with its own words when it does not start, or does not
// take a query.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/http_api.hpp"
#include "support/product.hpp"

namespace remit::test {

class Prometheus {
 public:
  /// `ports`: of the instances; their job is `remit`.
  explicit Prometheus(const std::vector<std::uint16_t>& ports);

  /// The vector that a query answers: an array of {"metric": …, "value": [time, text]}.
  [[nodiscard]] Json query(const std::string& expression) const;
  /// Whether the condition of this alert holds, by the rules as they were evaluated last.
  [[nodiscard]] bool sees(const std::string& alert) const;
  /// Fails the test when it does not come to that in time.
  void await(const std::string& alert) const;

 private:
  TemporaryFolder folder_;
  ChildProcess process_;
  std::uint16_t port_;
};

/// Where an instance with `server.metrics_listen` answers /metrics.
[[nodiscard]] std::uint16_t metrics_port(RemitProcess& remit);

struct ToolAnswer {
  int status = -1;
  std::string said;
};
[[nodiscard]] ToolAnswer promtool(const std::vector<std::string>& words);

/// One family of an exposition.
struct ExposedFamily {
  std::string type;
  std::vector<std::string> labels;  ///< names, of all its series, sorted; without `le`
};
[[nodiscard]] std::map<std::string, ExposedFamily> families_of(const std::string& exposition);

}  // namespace remit::test
