// How much work is due, by kind of saga: what an operator looks at to see whether it is done in
// time.
//
// Values; `run` the operation on the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/time.hpp"
#include "remit/storage/operation.hpp"

namespace remit::engine {

/// Work that any instance may take up now, of one kind.
struct Backlog {
  std::string kind;
  /// Sagas in the queue; counting ends at `MeasureBacklog::kMostCounted`.
  std::int64_t due = 0;
  /// For how long the oldest has been due, or a lease has been over; zero: nothing is due.
  Duration oldest{0};
};

/// Reads a few entries of an index in each bucket that has work, and counts no more than
/// kMostCounted for each kind: however long the queue is, it costs the same.
struct MeasureBacklog {
  static constexpr std::int64_t kMostCounted = 10'000;
  struct Input {
    std::vector<std::string> kinds;
  };
  /// In the order of the kinds.
  using Output = std::vector<Backlog>;
  static constexpr std::string_view kName = "backlog_measure";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep,
                                                    .limit = std::chrono::seconds(2)};
  static void execute(storage::Transaction& transaction, storage::Slots<MeasureBacklog> slots);
};

}  // namespace remit::engine
