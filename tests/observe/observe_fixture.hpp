// An instance that a Prometheus scrapes.
//
// Main thread. The scenario starts both, with the settings it needs.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/product_test.hpp"
#include "support/prometheus.hpp"

namespace remit::test {

class ObserveTest : public ProductTest {
 protected:
  /// With `server.metrics_listen`, on this port or one that the system chooses.
  RemitProcess& start(std::vector<std::string> settings = {}, std::uint16_t port = 0,
                      const std::vector<std::string>& environment = {}) {
    settings.push_back("server.metrics_listen=127.0.0.1:" + std::to_string(port));
    remit_.reset();
    remit_ = std::make_unique<RemitProcess>(config, settings, environment);
    return *remit_;
  }
  /// From its first scrape on.
  Prometheus& observe() {
    prometheus_ = std::make_unique<Prometheus>(std::vector{metrics_port(*remit_)});
    await_scrape();
    return *prometheus_;
  }
  void await_scrape() {
    EXPECT_TRUE(eventually([&] { return !prometheus_->query("up == 1").empty(); }));
  }

  [[nodiscard]] const HttpApi& api() const { return remit_->api(); }
  [[nodiscard]] RemitProcess& remit() { return *remit_; }
  [[nodiscard]] Prometheus& prometheus() { return *prometheus_; }
  /// Whatever is answered, if anything is.
  void ask(const std::string& method, const std::string& target,
           const std::string& body = {}) const {
    static_cast<void>(api().attempt(method, target, body));
  }
  void charge() const {
    ask("POST", "/payments", R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.50})");
  }
  /// Until it is so: again and again what leads to it.
  template <class Cause>
  void await_after(const std::string& alert, Cause cause) {
    EXPECT_TRUE(eventually([&] {
      cause();
      return prometheus_->sees(alert);
    })) << alert
        << " is not seen";
  }

 private:
  std::unique_ptr<RemitProcess> remit_;
  std::unique_ptr<Prometheus> prometheus_;
};

}  // namespace remit::test
