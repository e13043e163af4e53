// A simulated source of exchange rates: a table against USD, crosses derived from it by exact
// integer arithmetic, and single pairs that an operator has moved.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "remit/base/money.hpp"
#include "remit/net/router.hpp"
#include "remit/sandbox/sim.hpp"

namespace remit::sandbox {

class RatesSim : public Sim {
 public:
  explicit RatesSim(SimContext context) : Sim(std::move(context)) {}

  static void add_routes(const std::shared_ptr<RatesSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record) override;

 private:
  using Pair = std::pair<Currency, Currency>;

  Result<net::Response> show(const net::Request& request);
  Result<net::Response> put_rate(const net::Request& request);
  Result<net::Response> books(const net::Request& request);

  /// Moves a pair, its inverse, and, when one of the two is USD, the crosses through it.
  void set_rate(Pair pair, Rate rate);
  [[nodiscard]] std::optional<Rate> moved(Pair pair) const;
  [[nodiscard]] Rate per_dollar(Currency currency) const;
  /// Rounded half-up to eight digits where it is derived.
  [[nodiscard]] Rate rate(Pair pair) const;

  std::map<Pair, Rate> moved_;
};

}  // namespace remit::sandbox
