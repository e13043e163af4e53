// Totals of completed sagas: what a summary adds up instead of counting rows.
//
// A save that completes a saga of a totalled plan (`SagaPlan::totalled`) adds to them in its own
// transaction, by inserting deltas; merging makes few rows of many. The SQL for others' statements
// is in total_sql.hpp, what a window reads in total_window.hpp. Values; `run` the operation on the
// loop thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "remit/storage/operation.hpp"

namespace remit::engine {

/// At most `limit` deltas become part of the totals, seen by every reader at once; answers how many
/// did: none while another instance merges.
struct MergeTotals {
  struct Input {
    std::int64_t limit = 0;
  };
  using Output = std::int64_t;
  static constexpr std::string_view kName = "total_merge";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<MergeTotals> slots);
};

}  // namespace remit::engine
