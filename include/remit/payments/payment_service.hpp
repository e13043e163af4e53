// The rules of payments: acceptance, reading, cancelling, retrying.
//
// Owned by app::Services; loop thread. Fails with the codes of payment.hpp, quote.hpp,
// saga_machine.hpp, key.hpp, or as storage does. Accepted payments are processed by the engine: a
// charge that gets a permit is stored with its first step and continues at once.
#pragma once

#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/admission.hpp"
#include "remit/engine/commands.hpp"
#include "remit/payments/payment.hpp"
#include "remit/quotes/quote_service.hpp"

namespace remit::storage {
class Database;
}

namespace remit::payments {

class PaymentService {
 public:
  struct Parts {
    storage::Database& database;
    quotes::QuoteService& quotes;
    UuidSource& ids;
    const Clock& clock;
    engine::Admission& charges;
    engine::Admission& conversions;
    const routing::ProviderBook& book;
    engine::Policy policy;
  };

  explicit PaymentService(Parts parts);

  Task<Result<idempotency::Answer>> charge(ChargeRequest request);
  Task<Result<idempotency::Answer>> convert(ConversionRequest request);

  Task<Result<Payment>> get(Tenant tenant, Uuid payment_id);
  Task<Result<PaymentRouting>> routing(Tenant tenant, Uuid payment_id);
  Task<Result<std::vector<Payment>>> list(ListRequest request);
  Task<Result<Summary>> summarise(SummaryRequest request);

  /// The payment as it is afterwards.
  Task<Result<Payment>> cancel(Tenant tenant, Uuid payment_id);
  Task<Result<Payment>> retry(Tenant tenant, Uuid payment_id);

  Task<Result<std::int64_t>> purge_charges(Tenant tenant);

  /// Requests that were answered with the answer of an earlier one, since the start.
  struct Replays {
    std::int64_t charges = 0;
    std::int64_t conversions = 0;
  };
  [[nodiscard]] const Replays& replays() const { return replays_; }

  [[nodiscard]] Timestamp now() const { return parts_.clock.now(); }

 private:
  Task<Result<Payment>> carry_out(engine::Command command, Tenant tenant, Uuid payment_id);
  Task<Result<engine::Saga>> saga_of(Tenant tenant, Uuid payment_id);

  Parts parts_;
  engine::Commands commands_;
  Replays replays_;
};

}  // namespace remit::payments
