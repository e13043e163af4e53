// Where payments are kept: acceptance in one transaction with the key, the quote and the answer,
// and everything that is read. Failures as in storage/lanes.hpp. Loop thread.
#pragma once

#include <optional>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/payments/payment.hpp"

namespace remit::payments {

class PaymentStore {
 public:
  PaymentStore() = default;
  PaymentStore(const PaymentStore&) = delete;
  PaymentStore& operator=(const PaymentStore&) = delete;
  virtual ~PaymentStore() = default;

  /// The correlation id is key and payment id: a second use is replayed, or refused when it
  /// differs.
  virtual Task<Result<ChargeAcceptance>> accept_charge(ChargeRequest request) = 0;

  /// Key, quote, payment and answer in one transaction, or nothing. Business refusals are answers;
  /// problems that leave no trace (409) are errors.
  virtual Task<Result<idempotency::Answer>> accept_conversion(NewConversion conversion) = 0;

  /// What the key already holds; empty when it is unused.
  virtual Task<Result<std::optional<idempotency::Answer>>> find_answer(
      idempotency::Claim claim) = 0;

  virtual Task<Result<std::optional<Payment>>> find(TenantId tenant, Uuid payment_id) = 0;
  virtual Task<Result<std::vector<Payment>>> list(ListRequest request) = 0;
  virtual Task<Result<Summary>> summarise(SummaryRequest request) = 0;

  /// Removes all charges of the tenant; the ledger, which only grows, gets what undoes them.
  /// Answers how many there were.
  virtual Task<Result<std::int64_t>> purge_charges(TenantId tenant, Uuid purge_id,
                                                   Timestamp now) = 0;
};

}  // namespace remit::payments
