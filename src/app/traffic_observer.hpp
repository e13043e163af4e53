// Tells load control how many clients send requests, and how many requests they send; and metrics
// what they were answered.
//
// Owned by the application, beside the lanes; loop thread; never fails.
#pragma once

#include <chrono>

#include "remit/net/server.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

class TrafficObserver final : public net::Observer {
 public:
  TrafficObserver(storage::Lanes& lanes, net::Observer& answers)
      : lanes_(lanes), answers_(answers) {}

  void on_answered(const net::AnsweredRequest& request) override { answers_.on_answered(request); }

  void on_activity(const net::Activity& activity) override {
    const std::chrono::duration<double> seconds = activity.duration;
    const double rate = static_cast<double>(activity.requests) / seconds.count();
    lanes_.observe({.clients = activity.connections, .requests_per_second = rate});
  }

 private:
  storage::Lanes& lanes_;
  net::Observer& answers_;
};

}  // namespace remit::app
