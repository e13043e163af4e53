// A simulated chain gateway: burns and mints of USDC that confirm after a few queries, and
// balances.
//
// A burn leaves the balance when it is accepted and comes back when it fails; a mint arrives when
// it is confirmed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "remit/net/router.hpp"
#include "remit/sandbox/chain_operation.hpp"
#include "remit/sandbox/sim.hpp"

namespace remit::sandbox {

struct Chain {
  std::string name;
  bool up = true;
  std::int64_t gas_cost = 0;  ///< minor units of USD
  std::int64_t typical_settlement_seconds = 0;
};

class ChainSim : public Sim {
 public:
  /// A chain and a user.
  using Place = std::pair<std::string, std::string>;

  explicit ChainSim(SimContext context);

  static void add_routes(const std::shared_ptr<ChainSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record) override;

  using Operations = std::unordered_map<Uuid, ChainOperation>;
  [[nodiscard]] const Operations& operations() const { return operations_; }
  [[nodiscard]] std::int64_t balance(std::string_view chain, std::string_view user_id) const;

 private:
  Result<net::Response> burn(const net::Request& request);
  Result<net::Response> mint(const net::Request& request);
  Result<net::Response> accept(const net::Request& request, ChainOperation::Kind kind);
  Result<net::Response> show(const net::Request& request);
  Result<net::Response> list_chains(const net::Request& request);
  Result<net::Response> configure_chain(const net::Request& request);
  Result<net::Response> show_balance(const net::Request& request);
  Result<net::Response> put_balance(const net::Request& request);
  Result<net::Response> books(const net::Request& request);

  Chain* find_chain(std::string_view name);
  [[nodiscard]] Result<ChainOperation> read_operation(const net::Request& request,
                                                      ChainOperation::Kind kind);
  /// Moves balances as the step from `before` to `after` does; null: the operation is new.
  void apply(const ChainOperation* before, const ChainOperation& after);

  std::vector<Chain> chains_;
  std::map<Place, std::int64_t> balances_;
  Operations operations_;
};

}  // namespace remit::sandbox
