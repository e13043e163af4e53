// The product as it is run: `remitd` and `remit-sandbox` as child processes, and what tests ask of
// them again and again.
//
// Owned by the test; main thread. Starting throws std::runtime_error with the program's own words
// when it does not come up in time. Settings are those of a test: everything quick, ports chosen by
// the system.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/http_api.hpp"

namespace remit::test {

class SandboxProcess {
 public:
  SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;
  /// Fails the test when the sandbox has ended before it.
  ~SandboxProcess();

  [[nodiscard]] std::string url(const std::string& provider) const;
  [[nodiscard]] HttpApi api(const std::string& provider) const;
  /// Members replace settings; the rest stay.
  void set_faults(const std::string& provider, const Json& faults) const;
  /// Everything on one provider's books.
  [[nodiscard]] Json books(const std::string& provider) const;
  /// How often each operation is on the books of all these providers together.
  [[nodiscard]] std::map<std::string, int> operations(
      const std::vector<std::string>& providers) const;
  [[nodiscard]] Json summary(const std::string& processor, const std::string& query = {}) const;

 private:
  ChildProcess process_;
  std::map<std::string, std::uint16_t> ports_;
};

inline const std::vector<std::string> kProcessors = {"default", "fallback"};
inline const std::vector<std::string> kRamps = {"swift-onramp", "steady-onramp", "swift-offramp",
                                                "steady-offramp"};

/// A whole configuration file against this world. `provider_timeout`: of every provider.
[[nodiscard]] std::string remit_config(const SandboxProcess& world, const std::string& database_url,
                                       const std::string& provider_timeout = "2s");

class RemitProcess {
 public:
  struct NotReady {};

  /// `settings`: "engine.lease=1s", over what the text says; `environment`: "NAME=value", besides
  /// ours; `shell`: what is run first in the process that becomes the program, as "ulimit -n 99".
  /// Returns when it is ready.
  explicit RemitProcess(const std::string& config, const std::vector<std::string>& settings = {},
                        const std::vector<std::string>& environment = {},
                        const std::string& shell = {});
  /// Returns at once: for a start that is expected to fail.
  RemitProcess(NotReady, const std::string& config, const std::vector<std::string>& settings = {},
               const std::vector<std::string>& environment = {}, const std::string& shell = {});
  RemitProcess(const RemitProcess&) = delete;
  RemitProcess& operator=(const RemitProcess&) = delete;
  /// Shows its log when the test has failed.
  ~RemitProcess();

  [[nodiscard]] ChildProcess& process() { return process_; }
  [[nodiscard]] const HttpApi& api() const { return api_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// SIGTERM; its exit status.
  int terminate();

 private:
  MemoryFile config_;
  ChildProcess process_;
  std::uint16_t port_ = 0;
  HttpApi api_{std::uint16_t{0}};
};

/// The port in the lines that remitd has logged, or 0.
[[nodiscard]] std::uint16_t port_in_log(const std::string& log);

/// Something like "9f1c…-key": never the same twice.
[[nodiscard]] std::string fresh_key();
[[nodiscard]] std::string fresh_uuid();

/// A well-formed conversion without a quote, 1000.00 USD to EUR.
[[nodiscard]] Json conversion_body();
/// Both fail the test and give an empty object when they are refused.
Json accept_conversion(const HttpApi& api, const Json& body = conversion_body());
std::string accept_charge(const HttpApi& api, const std::string& amount = "19.90");

/// The payment once it is in `status`; fails the test and shows it as it is when it does not come
/// to that in time.
Json await_payment(const HttpApi& api, const std::string& payment_id, const std::string& status);

/// Where the history goes, beginning to end; fails the test when it has a gap.
[[nodiscard]] std::vector<std::string> path_of(const Json& payment);

}  // namespace remit::test
