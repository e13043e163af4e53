// How what is due is ended in the database. Values; `run` them on the loop thread.
#pragma once

#include <map>
#include <optional>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/operation.hpp"

namespace remit::wallets {

/// Ends what is due: transfers are settled, holds expire. So many at once, in one transaction, the
/// earliest first. What another transaction is ending is left to it.
struct SettleDue {
  struct Input {
    Bucket bucket{0};
    std::int64_t limit = 0;
  };
  struct Output {
    std::int64_t ended = 0;
    std::optional<Duration> next_in = {};  ///< zero: more is due; empty: nothing will be
    Duration took{0};                      ///< in the transaction, without its commit
  };
  static constexpr std::string_view kName = "wallet_settle";
  // Not in the lanes for upkeep, which give events their numbers meanwhile.
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.bucket; }
  static void execute(storage::Transaction& transaction, storage::Slots<SettleDue> slots);
};

/// The buckets in which something will be due, and in how long; below zero: since when it is.
struct FindDueBuckets {
  struct Input {};
  using Output = std::map<Bucket, Duration>;
  static constexpr std::string_view kName = "wallet_due_buckets";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindDueBuckets> slots);
};

}  // namespace remit::wallets
