// A simulated source of exchange rates: a table against USD, crosses derived from it by exact
// integer arithmetic, and single pairs that an operator has moved.
//
// Owned by the World through a shared pointer that its routes hold too; loop thread.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "remit/base/money.hpp"
#include "remit/net/router.hpp"
#include "remit/sandbox/fault_gate.hpp"
#include "remit/sandbox/faults.hpp"
#include "remit/sandbox/sim_context.hpp"

namespace remit::sandbox {

class RatesSim {
 public:
  explicit RatesSim(SimContext context);
  RatesSim(const RatesSim&) = delete;
  RatesSim& operator=(const RatesSim&) = delete;

  static void add_routes(const std::shared_ptr<RatesSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record);

  /// Rounded half-up to eight digits where it is derived.
  [[nodiscard]] Rate rate(Currency from, Currency to) const;
  /// Moves a pair, its inverse, and, when one of the two is USD, the crosses through it. False when
  /// the state file cannot take it.
  [[nodiscard]] bool set_rate(Currency from, Currency to, Rate rate);
  [[nodiscard]] Faults& faults() { return faults_; }

 private:
  Result<net::Response> show(const net::Request& request);
  Result<net::Response> put_rate(const net::Request& request);
  Result<net::Response> health(const net::Request& request);
  Result<net::Response> books(const net::Request& request);
  [[nodiscard]] std::optional<Rate> moved(Currency from, Currency to) const;
  [[nodiscard]] Rate per_dollar(Currency currency) const;

  SimContext context_;
  Faults faults_;
  FaultGate gate_;
  std::map<std::pair<Currency, Currency>, Rate> moved_;
};

}  // namespace remit::sandbox
