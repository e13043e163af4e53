// A receiver that takes whatever is posted to it and shows what it got.
//
// Bounded: the oldest deliveries make room. It keeps nothing in the state file.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "remit/net/router.hpp"
#include "remit/sandbox/sim.hpp"

namespace remit::sandbox {

struct Delivery {
  std::string path;
  net::Headers headers;
  std::string body;
  Timestamp received_at;
};

class WebhookReceiver : public Sim {
 public:
  static constexpr std::size_t kMaxDeliveries = 10'000;
  static constexpr std::size_t kMaxBytes = 32 * 1024 * 1024;

  explicit WebhookReceiver(SimContext context) : Sim(std::move(context)) {}

  static void add_routes(const std::shared_ptr<WebhookReceiver>& self, net::Router& router);

  [[nodiscard]] const std::deque<Delivery>& received() const { return received_; }

 private:
  Task<Result<net::Response>> take(net::Request request);
  Result<net::Response> list(const net::Request& request);
  Result<net::Response> clear(const net::Request& request);
  void keep(const net::Request& request);

  std::deque<Delivery> received_;
  std::size_t bytes_ = 0;
};

}  // namespace remit::sandbox
