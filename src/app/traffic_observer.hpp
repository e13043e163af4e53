// Tells load control how many clients send requests, and how many requests they send.
//
// Owned by the application, beside the lanes; loop thread; never fails.
#pragma once

#include <chrono>

#include "remit/net/server.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

class TrafficObserver final : public net::Observer {
 public:
  explicit TrafficObserver(storage::Lanes& lanes) : lanes_(lanes) {}

  void on_activity(const net::Activity& activity) override {
    const std::chrono::duration<double> seconds = activity.duration;
    const double rate = static_cast<double>(activity.requests) / seconds.count();
    lanes_.observe({.clients = activity.connections, .requests_per_second = rate});
  }

 private:
  storage::Lanes& lanes_;
};

}  // namespace remit::app
