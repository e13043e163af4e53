// A simulated onramp or offramp: transfers that settle after they were asked about a few times.
//
// Owned by the World through a shared pointer that its routes hold too; loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remit/net/router.hpp"
#include "remit/sandbox/fault_gate.hpp"
#include "remit/sandbox/faults.hpp"
#include "remit/sandbox/hidden_operations.hpp"
#include "remit/sandbox/sim_context.hpp"
#include "remit/sandbox/transfer_book.hpp"

namespace remit::sandbox {

struct RampTerms {
  std::string direction;    ///< "onramp" or "offramp"
  std::string fee_percent;  ///< "1.0"
  std::int64_t fee_fixed_minor = 0;
};

class RampSim {
 public:
  RampSim(SimContext context, RampTerms terms);
  RampSim(const RampSim&) = delete;
  RampSim& operator=(const RampSim&) = delete;

  static void add_routes(const std::shared_ptr<RampSim>& self, net::Router& router);
  [[nodiscard]] bool replay(const net::JsonValue& record);

  [[nodiscard]] TransferBook& book() { return book_; }
  [[nodiscard]] Faults& faults() { return faults_; }

 private:
  Result<net::Response> create(const net::Request& request);
  Result<net::Response> refund(const net::Request& request);
  Result<net::Response> show(const net::Request& request);
  Result<net::Response> find(const net::Request& request);
  Result<net::Response> fees(const net::Request& request);
  Result<net::Response> health(const net::Request& request);
  Result<net::Response> settlement_report(const net::Request& request);
  Result<net::Response> books(const net::Request& request);

  [[nodiscard]] Result<TransferOrder> read_order(const net::JsonValue& body) const;
  Result<net::Response> accept(const Uuid& operation_id, TransferOrder order,
                               std::optional<Uuid> refund_of);
  Result<net::Response> poll(Transfer& transfer);

  SimContext context_;
  RampTerms terms_;
  Faults faults_;
  FaultGate gate_;
  HiddenOperations hidden_;
  TransferBook book_;
};

}  // namespace remit::sandbox
