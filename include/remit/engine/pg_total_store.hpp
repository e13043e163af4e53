// The store of totals over PostgreSQL. Owned by the composition root; the lanes outlive it. Loop
// thread.
#pragma once

#include "remit/engine/total_store.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::engine {

class PgTotalStore final : public TotalStore {
 public:
  /// `upkeep_lanes`: of their own, since whoever shares a batch with a merge waits for it.
  explicit PgTotalStore(storage::Lanes& upkeep_lanes) : upkeep_lanes_(upkeep_lanes) {}

  Task<Result<std::int64_t>> merge(std::int64_t limit) override;

 private:
  storage::Lanes& upkeep_lanes_;
};

}  // namespace remit::engine
