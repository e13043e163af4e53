// Totals of completed sagas: what a summary adds up instead of counting rows.
//
// A save that completes a saga of a totalled plan (`SagaPlan::totalled`) adds to them in its own
// transaction, by inserting deltas; merging makes few rows of many. The SQL is in total_sql.hpp,
// what a window reads in total_window.hpp. Failures as in storage/lanes.hpp. Loop thread.
#pragma once

#include <cstdint>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"

namespace remit::engine {

class TotalStore {
 public:
  TotalStore() = default;
  TotalStore(const TotalStore&) = delete;
  TotalStore& operator=(const TotalStore&) = delete;
  virtual ~TotalStore() = default;

  /// At most `limit` deltas become part of the totals, seen by every reader at once; answers how
  /// many did: none while somebody else merges.
  virtual Task<Result<std::int64_t>> merge(std::int64_t limit) = 0;
};

}  // namespace remit::engine
