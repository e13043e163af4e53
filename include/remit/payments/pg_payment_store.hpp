// The payment store over PostgreSQL. Owned by the composition root; the lanes outlive it. Loop
// thread.
#pragma once

#include "remit/payments/payment_store.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::payments {

class PgPaymentStore final : public PaymentStore {
 public:
  /// `list_lanes`: for lists, which may take long where the others must not.
  PgPaymentStore(storage::Lanes& write_lanes, storage::Lanes& read_lanes,
                 storage::Lanes& list_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes), list_lanes_(list_lanes) {}

  Task<Result<ChargeAcceptance>> accept_charge(ChargeRequest request) override;
  Task<Result<idempotency::Answer>> accept_conversion(NewConversion conversion) override;
  Task<Result<std::optional<idempotency::Answer>>> find_answer(idempotency::Claim claim) override;
  Task<Result<std::optional<Payment>>> find(TenantId tenant, Uuid payment_id) override;
  Task<Result<std::vector<Payment>>> list(ListRequest request) override;
  Task<Result<Summary>> summarise(SummaryRequest request) override;
  Task<Result<std::int64_t>> purge_charges(TenantId tenant, Uuid purge_id, Timestamp now) override;

 private:
  storage::Lanes& write_lanes_;
  storage::Lanes& read_lanes_;
  storage::Lanes& list_lanes_;
};

}  // namespace remit::payments
