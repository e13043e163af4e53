// What is done with charges in the database: accepted, summed up, removed. Values; `run` them on
// the loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "remit/payments/payment.hpp"
#include "remit/storage/operation.hpp"

namespace remit::payments {

/// The correlation id is key and payment id: a second use is replayed, or refused when it differs.
struct AcceptCharge {
  using Input = ChargeRequest;
  using Output = ChargeAcceptance;
  static constexpr std::string_view kName = "charge_accept";
  static constexpr storage::OperationTraits kTraits{.one_statement = true};
  static Bucket bucket_of(const Input& input) {
    return input.tenant.bucket_of(input.correlation_id);
  }
  static void execute(storage::Transaction& transaction, storage::Slots<AcceptCharge> slots);
};

struct SummariseCharges {
  using Input = SummaryRequest;
  using Output = Summary;
  static constexpr std::string_view kName = "charge_summarise";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<SummariseCharges> slots);
};

/// Removes all charges of the tenant; the append-only ledger gets what they posted, and reverse
/// postings. Returns the number of charges.
struct PurgeCharges {
  struct Input {
    Tenant tenant;
    Uuid purge_id;
    Timestamp now;
  };
  using Output = std::int64_t;
  static constexpr std::string_view kName = "charge_purge";
  static constexpr storage::OperationTraits kTraits{.limit = std::chrono::minutes(10),
                                                    .plans = storage::Plans::whole_tables};
  static void execute(storage::Transaction& transaction, storage::Slots<PurgeCharges> slots);
};

}  // namespace remit::payments
