#include "remit/payments/pg_payment_store.hpp"

#include <utility>

#include "operations.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::payments {

Task<Result<idempotency::Answer>> PgPaymentStore::accept_charge(ChargeRequest request) {
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
  return read_lanes_.run<ListPayments>(std::move(request));
}

Task<Result<Summary>> PgPaymentStore::summarise(SummaryRequest request) {
  return read_lanes_.run<SummariseCharges>(request);
}

Task<Result<std::int64_t>> PgPaymentStore::purge_charges(TenantId tenant, Uuid purge_id,
                                                         Timestamp now) {
  return write_lanes_.run<PurgeCharges>({tenant, purge_id, now});
}

idempotency::Answer accepted_answer(Uuid payment_id, Timestamp created_at) {
  const std::string id = payment_id.to_string();
  net::JsonWriter json;
  json.begin_object()
      .member("payment_id", id)
      .member("status", engine::kPending)
      .member("message", "Payment accepted for processing")
      .member("created_at", to_rfc3339(created_at))
      .end_object();
  return {.status = 202, .body = json.take(), .resource_id = id, .location = "/payments/" + id};
}

}  // namespace remit::payments
