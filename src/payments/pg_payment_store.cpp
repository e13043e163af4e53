#include "remit/payments/pg_payment_store.hpp"

#include <utility>

#include "operations.hpp"

namespace remit::payments {

Task<Result<ChargeAcceptance>> PgPaymentStore::accept_charge(ChargeRequest request) {
  return write_lanes_.run<AcceptCharges>(std::move(request));
}

Task<Result<idempotency::Answer>> PgPaymentStore::accept_conversion(NewConversion conversion) {
  return write_lanes_.run<AcceptConversions>(std::move(conversion));
}

Task<Result<std::optional<idempotency::Answer>>> PgPaymentStore::find_answer(
    idempotency::Claim claim) {
  return read_lanes_.run<FindAnswers>(std::move(claim));
}

Task<Result<std::optional<Payment>>> PgPaymentStore::find(TenantId tenant, Uuid payment_id) {
  return read_lanes_.run<FindPayments>({tenant, payment_id});
}

Task<Result<std::vector<Payment>>> PgPaymentStore::list(ListRequest request) {
  return list_lanes_.run<ListPayments>(std::move(request));
}

Task<Result<Summary>> PgPaymentStore::summarise(SummaryRequest request) {
  return read_lanes_.run<SummariseCharges>(request);
}

Task<Result<std::int64_t>> PgPaymentStore::purge_charges(TenantId tenant, Uuid purge_id,
                                                         Timestamp now) {
  return write_lanes_.run<PurgeCharges>({tenant, purge_id, now});
}

}  // namespace remit::payments
