// A simulated onramp or offramp: transfers that settle after they were asked about a few times.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "remit/net/router.hpp"
#include "remit/sandbox/sim.hpp"
#include "remit/sandbox/transfer_book.hpp"

namespace remit::sandbox {

struct Window;

/// Its texts outlive the ramp.
struct RampTerms {
  std::string_view direction;    ///< "onramp" or "offramp"
  std::string_view fee_percent;  ///< "1.0"
  std::int64_t fee_fixed_minor = 0;
};

class RampSim : public Sim {
 public:
  RampSim(SimContext context, RampTerms terms);

  static void add_routes(const std::shared_ptr<RampSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record) override;

  [[nodiscard]] TransferBook& book() { return book_; }

 private:
  Result<net::Response> create(const net::Request& request);
  Result<net::Response> refund(const net::Request& request);
  Result<net::Response> show(const net::Request& request);
  Result<net::Response> find(const net::Request& request);
  Result<net::Response> fees(const net::Request& request);
  Result<net::Response> settlement_report(const net::Request& request);
  Result<net::Response> books(const net::Request& request);

  [[nodiscard]] Result<TransferOrder> read_order(const net::JsonValue& body) const;
  Result<net::Response> accept(const Uuid& operation_id, TransferOrder order,
                               std::optional<Uuid> refund_of);
  Result<net::Response> poll(Transfer& transfer);
  /// {"provider":"swift-onramp","<name>":[…]} with the transfers made in `window`.
  [[nodiscard]] net::Response list(std::string_view name, const Window& window) const;

  RampTerms terms_;
  TransferBook book_;
};

}  // namespace remit::sandbox
