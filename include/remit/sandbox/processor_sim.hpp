// A simulated payment processor with the contract of the public Rinha de Backend 2025 one.
//
// The simulated delay comes before the failure and before the record, and a caller that gives up
// does not stop it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "remit/net/router.hpp"
#include "remit/sandbox/payment_book.hpp"
#include "remit/sandbox/processor_limits.hpp"
#include "remit/sandbox/sim.hpp"

namespace remit::sandbox {

class ProcessorSim : public Sim {
 public:
  ProcessorSim(SimContext context, std::int64_t fee_percent);

  static void add_routes(const std::shared_ptr<ProcessorSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record) override;

  [[nodiscard]] const PaymentBook& book() const { return book_; }
  [[nodiscard]] const PaymentBook::Records& records() const { return book_.records(); }

 private:
  /// How often its health was asked: in turn, before its turn, and so often that it was refused.
  struct HealthCalls {
    std::int64_t in_turn = 0;
    std::int64_t held = 0;
    std::int64_t refused = 0;
  };

  Task<Result<net::Response>> charge(net::Request request);
  Task<Result<net::Response>> health_in_turn(net::Request request);
  Result<net::Response> show(const net::Request& request);
  Result<net::Response> summary(const net::Request& request);
  Result<net::Response> configure_delay(const net::Request& request);
  Result<net::Response> configure_failure(const net::Request& request);
  Result<net::Response> configure_token(const net::Request& request);
  Result<net::Response> purge(const net::Request& request);
  Result<net::Response> books(const net::Request& request);
  Result<net::Response> record(const net::Request& request);
  [[nodiscard]] bool is_admin(const net::Request& request) const;
  /// The body in which an operator sets `name`.
  [[nodiscard]] Result<net::JsonValue> read_setting(const net::Request& request,
                                                    std::string_view name) const;

  std::int64_t fee_percent_;
  std::string token_ = "123";
  PaymentSlots slots_;
  HealthCalls health_calls_;
  HealthTurns health_turns_;
  PaymentBook book_;
};

}  // namespace remit::sandbox
