// Everything about webhooks in one process, in the order of dependencies.
//
// Owned by the Application; loop thread. `close` before the loop.
#pragma once

#include <vector>

#include "remit/config/config.hpp"
#include "remit/webhooks/courier.hpp"
#include "remit/webhooks/delivery_service.hpp"
#include "remit/webhooks/fan_out.hpp"
#include "remit/webhooks/trials.hpp"
#include "remit/webhooks/upkeep.hpp"

namespace remit::app {

class Webhooks {
 public:
  Webhooks(const jobs::Context& context, storage::Database& database, UuidSource& ids,
           const config::Config& config);

  void start();
  /// Nothing is given to endpoints, or sent, from now on; requests are still served.
  void stop();
  /// Ends attempts that are still in flight.
  void close() { sender_.close(); }
  /// After `close`. False: something still goes on after `timeout`.
  Task<bool> ended(Duration timeout);

  /// Events have got their numbers.
  void on_numbered() { fan_out_.job().wake(); }

  [[nodiscard]] webhooks::EndpointService& endpoints() { return endpoints_; }
  [[nodiscard]] webhooks::Trials& trials() { return trials_; }
  [[nodiscard]] webhooks::DeliveryService& deliveries() { return deliveries_; }
  [[nodiscard]] const webhooks::FanOut& fan_out() const { return fan_out_; }
  [[nodiscard]] const webhooks::Courier& courier() const { return courier_; }

 private:
  std::vector<jobs::Job*> jobs();

  const Clock& clock_;
  webhooks::EndpointService endpoints_;
  webhooks::Sender sender_;
  webhooks::Trials trials_;
  webhooks::Courier courier_;
  webhooks::DeliveryService deliveries_;
  webhooks::FanOut fan_out_;
  webhooks::Upkeep upkeep_;
};

}  // namespace remit::app
