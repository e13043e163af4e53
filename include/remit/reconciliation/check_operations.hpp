// How wallets are compared with their entries and with what is scheduled. Values; `run` the
// operations on the loop thread. Each statement sees one snapshot, so that what moves meanwhile is
// no mismatch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"
#include "remit/storage/operation.hpp"

namespace remit::reconciliation {

/// What a wallet has, and what so many of its entries come to.
struct WalletSum {
  std::int64_t wallet = 0;
  std::string user = {};
  std::int64_t held = 0;
  std::int64_t entries = 0;  ///< how many were added up
  std::int64_t sum = 0;
  std::int64_t last_posting = 0;  ///< of those
};

/// Some wallets, by their number, each with as many of its entries as `most_entries`.
struct SumWallets {
  struct Input {
    Tenant tenant;
    std::int64_t after_wallet = 0;
    std::int64_t most_wallets = 0;
    std::int64_t after_posting = 0;
    std::int64_t most_entries = 0;
  };
  using Output = std::vector<WalletSum>;
  static constexpr std::string_view kName = "reconciliation_wallets";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<SumWallets> slots);
};

/// A wallet whose reservation is not what is scheduled.
struct ReservedSum {
  std::int64_t wallet = 0;
  std::string user = {};
  std::int64_t reserved = 0;
  std::int64_t scheduled = 0;
};

/// A hundred of them at most. Reads all that is scheduled in the bucket.
struct FindUnscheduled {
  using Input = Tenant;
  using Output = std::vector<ReservedSum>;
  static constexpr std::string_view kName = "reconciliation_reserved";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list,
                                                    .plans = storage::Plans::whole_tables};
  static Bucket bucket_of(const Input& input) { return input.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindUnscheduled> slots);
};

/// Schedules again what a wallet has reserved and nothing would end; removes from the schedule what
/// has ended already, or was never there. What another transaction is ending is left alone.
struct PutBack {
  struct Input {
    Tenant tenant;
    std::int64_t wallet = 0;
  };
  struct Output {
    std::vector<Uuid> scheduled;
    std::vector<Uuid> removed;
    std::int64_t reserved = 0;  ///< by now, as the wallet says
    std::int64_t expected = 0;  ///< what it has sent and is still reserved
  };
  static constexpr std::string_view kName = "reconciliation_put_back";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<PutBack> slots);
};

}  // namespace remit::reconciliation
