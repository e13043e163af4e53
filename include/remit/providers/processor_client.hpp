// The payment processor's contract (docs/providers.md) as a LegProvider.
//
// A 422 means "already recorded"; the charge is settled only when the record is ours, and the
// outcome has the recorded instant. With another amount it `differs`. An unanswered charge is
// `unknown`: the processor may still record it. Loop thread; owned by ProviderSet. Never throws for
// what the peer does; the outcome says what is known.
#pragma once

#include <memory>

#include "remit/net/client.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"

namespace remit::providers {

class ProcessorClient final : public LegProvider {
 public:
  explicit ProcessorClient(std::unique_ptr<net::Client> client) : client_(std::move(client)) {}

  Task<Outcome> submit(Operation operation, CallContext context) override;
  Task<Outcome> query(Operation operation, CallContext context) override;

  Task<HealthAnswer> health(CallContext context);
  void close() { client_->close(); }
  [[nodiscard]] net::PoolUse pool_use() const { return client_->pool_use(); }

 private:
  Task<Outcome> confirm_recorded(Operation operation, CallContext context, Duration spent);

  std::unique_ptr<net::Client> client_;
};

}  // namespace remit::providers
