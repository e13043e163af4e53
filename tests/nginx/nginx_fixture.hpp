// Two instances that nginx reaches by their sockets.
//
// Main thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "faults/fault_test.hpp"
#include "support/nginx.hpp"

namespace remit::test {

class NginxTest : public FaultTest {
 protected:
  /// Starts `instance`, 0 or 1, as deploy/remit.toml would have it; the one before has to be gone.
  RemitProcess& start(std::size_t instance) {
    instances_.at(instance).reset();
    instances_.at(instance) = std::make_unique<RemitProcess>(
        config, std::vector<std::string>{"server.listen=127.0.0.1:0," + address(instance),
                                         "server.ready_drain=3s"});
    return *instances_.at(instance);
  }
  [[nodiscard]] RemitProcess& instance(std::size_t number) { return *instances_.at(number); }
  [[nodiscard]] std::string address(std::size_t instance) const {
    return "unix:" + (folder_ / ("remitd-" + std::to_string(instance + 1) + ".sock"));
  }
  [[nodiscard]] std::vector<std::string> addresses() const { return {address(0), address(1)}; }
  void start_both() {
    start(0);
    start(1);
  }

 private:
  TemporaryFolder folder_;
  std::array<std::unique_ptr<RemitProcess>, 2> instances_;
};

}  // namespace remit::test
