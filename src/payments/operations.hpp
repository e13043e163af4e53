// The storage operations behind PgPaymentStore, one file each beside this one. Lane threads.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "remit/payments/payment.hpp"
#include "remit/storage/command.hpp"

namespace remit::payments {

struct AcceptCharges {
  using Input = ChargeRequest;
  using Output = ChargeAcceptance;
  static constexpr std::string_view kName = "charge_accept";
  static constexpr bool kOneStatement = true;
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<AcceptCharges>> slots);
};

struct AcceptConversions {
  using Input = NewConversion;
  using Output = idempotency::Answer;
  static constexpr std::string_view kName = "conversion_accept";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<AcceptConversions>> slots);
};

struct FindAnswers {
  using Input = idempotency::Claim;
  using Output = std::optional<idempotency::Answer>;
  static constexpr std::string_view kName = "idempotency_find";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<FindAnswers>> slots);
};

struct PaymentKey {
  TenantId tenant;
  Uuid payment_id;
};

struct FindPayments {
  using Input = PaymentKey;
  using Output = std::optional<Payment>;
  static constexpr std::string_view kName = "payment_find";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<FindPayments>> slots);
};

struct ListPayments {
  using Input = ListRequest;
  using Output = std::vector<Payment>;
  static constexpr std::string_view kName = "payment_list";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<ListPayments>> slots);
};

struct SummariseCharges {
  using Input = SummaryRequest;
  using Output = Summary;
  static constexpr std::string_view kName = "charge_summary";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<SummariseCharges>> slots);
};

struct PurgeRequest {
  TenantId tenant;
  Uuid purge_id;
  Timestamp now;
};

struct PurgeCharges {
  using Input = PurgeRequest;
  using Output = std::int64_t;
  static constexpr std::string_view kName = "charge_purge";
  static constexpr std::chrono::seconds kLimit = std::chrono::minutes(11);
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<PurgeCharges>> slots);
};

}  // namespace remit::payments
