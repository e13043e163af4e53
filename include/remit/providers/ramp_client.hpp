// The contract of onramps and offramps (docs/providers.md) as a LegProvider: transfers, their
// refunds, health and fees.
//
// Loop thread; owned by ProviderSet. Never throws for what the peer does; the outcome says what is
// known. An answer that does not name our operation, or a transfer id that can be part of a URL (at
// most 200 bytes), proves nothing and is `unknown`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remit/net/client.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"

namespace remit::providers {

class RampClient final : public LegProvider {
 public:
  explicit RampClient(std::unique_ptr<net::Client> client) : client_(std::move(client)) {}

  /// OperationKind::refund gives back the transfer `refund_of`.
  Task<Outcome> submit(Operation operation, CallContext context) override;
  Task<Outcome> query(Operation operation, CallContext context) override;

  Task<HealthAnswer> health(CallContext context);
  Task<Result<FeeSchedule>> fees(CallContext context);
  void close() { client_->close(); }
  [[nodiscard]] net::PoolUse pool_use() const { return client_->pool_use(); }

 private:
  std::unique_ptr<net::Client> client_;
};

}  // namespace remit::providers
