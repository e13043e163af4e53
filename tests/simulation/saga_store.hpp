// The saga table's operations over the simulated database: engine/pg_saga_store.cpp and
// engine/saga_sql_store.cpp again, statement by statement.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "remit/engine/saga_row.hpp"
#include "remit/engine/saga_store.hpp"
#include "simulation/lanes.hpp"

namespace remit::simulation {

/// Inserts what is not there yet, waiting for others that insert the same; adds to `inserted` which
/// were.
[[nodiscard]] Work insert_sagas(Transaction* transaction, std::vector<engine::NewSaga>* sagas,
                                engine::Inserted* inserted);

struct ClaimSagas {
  using Input = engine::ClaimRequest;
  using Output = engine::Claimed;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct SaveSteps {
  static constexpr bool kOneStatement = true;
  struct Input {
    Tables::Key key;
    std::int64_t version = 0;  ///< that the step was made from
    std::shared_ptr<SagaRow> row;
    std::optional<Duration> due_after;
    bool keeps_lease = false;
    std::vector<engine::Transition> transitions;
    std::vector<ledger::Posting> postings;
  };
  using Output = engine::Saved;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct ReleaseSagas {
  struct Input {
    Tables::Key key;
    std::int64_t version = 0;
  };
  using Output = engine::Saved;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

class SimulatedSagaStore final : public engine::SagaStore {
 public:
  explicit SimulatedSagaStore(Lanes& write_lanes) : write_lanes_(write_lanes) {}

  Task<Result<engine::Claimed>> claim(engine::ClaimRequest request) override;
  Task<Result<engine::Saved>> save(engine::SaveRequest request) override;
  Task<Result<engine::Saved>> release(engine::Saga saga) override;

 private:
  Lanes& write_lanes_;
};

}  // namespace remit::simulation
