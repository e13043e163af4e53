// The saga store over PostgreSQL. Owned by the composition root; the lanes outlive it. Loop thread.
#pragma once

#include "remit/engine/saga_store.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::engine {

class PgSagaStore final : public SagaStore {
 public:
  explicit PgSagaStore(storage::Lanes& write_lanes) : write_lanes_(write_lanes) {}

  Task<Result<Claimed>> claim(ClaimRequest request) override;
  Task<Result<Saved>> save(SaveRequest request) override;
  Task<Result<Saved>> release(Saga saga) override;

 private:
  storage::Lanes& write_lanes_;
};

}  // namespace remit::engine
