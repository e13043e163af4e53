// The simulated database as one simulated process holds it: what PostgresDatabase is over lanes and
// PostgreSQL.
//
// Owned by the process; its machine is killed before this is destroyed. Commands queue up, are run
// in batches by a number of lanes with a transaction each, and fail as in storage/database.hpp.
#pragma once

#include <memory>

#include "remit/storage/database.hpp"
#include "simulation/database.hpp"
#include "simulation/lanes.hpp"
#include "simulation/machine.hpp"

namespace remit::simulation {

class SimulatedDatabase final : public storage::Database {
 public:
  SimulatedDatabase(Machine& machine, simulation::Database& server)
      : write_lanes_(machine, server.impl(), false, {}),
        read_lanes_(machine, server.impl(), true, {}) {}

  void submit(std::unique_ptr<storage::detail::Command> command) override {
    using storage::LaneKind;
    const LaneKind kind = command->traits().lanes;
    const bool writes = kind == LaneKind::write || kind == LaneKind::upkeep;
    (writes ? write_lanes_ : read_lanes_).enqueue(std::move(command));
  }

 private:
  Lanes write_lanes_;
  Lanes read_lanes_;
};

}  // namespace remit::simulation
