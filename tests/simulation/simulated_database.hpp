// The simulated database as one simulated process holds it: what PostgresDatabase is over lanes and
// PostgreSQL.
//
// Owned by the process; its machine is killed before this is destroyed. Commands queue up, are run
// in batches by a number of lanes with a transaction each, and fail as in storage/database.hpp.
#pragma once

#include <memory>

#include "remit/storage/database.hpp"
#include "remit/wallets/settle_operations.hpp"
#include "simulation/database.hpp"
#include "simulation/lanes.hpp"
#include "simulation/machine.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {

class SimulatedDatabase final : public storage::Database {
 public:
  SimulatedDatabase(Machine& machine, simulation::Database& server)
      : machine_(machine),
        wallets_(server.committed().storage().wallets),
        write_lanes_(machine, server.impl(), false, {}),
        read_lanes_(machine, server.impl(), true, {}) {}

  void submit(std::unique_ptr<storage::detail::Command> command) override {
    using storage::LaneKind;
    if (looks_for_nothing(*command)) {
      answer_at_once(std::move(command));
      return;
    }
    const LaneKind kind = command->traits().lanes;
    const bool writes = kind == LaneKind::write || kind == LaneKind::upkeep;
    (writes ? write_lanes_ : read_lanes_).enqueue(std::move(command));
  }

 private:
  using Look = wallets::FindDueBuckets;

  /// In a world without wallets a settler's looks cost neither time nor luck: what a seed says of
  /// payments stays what it was.
  [[nodiscard]] bool looks_for_nothing(const storage::detail::Command& command) const {
    return command.kind() == &storage::detail::kKind<Look> && wallets_.last_wallet == 0;
  }
  void answer_at_once(std::unique_ptr<storage::detail::Command> command) {
    auto* const kept =
        static_cast<storage::detail::CommandOf<Look>*>(machine_.keep(std::move(command)));
    kept->slot.output = Look::Output();
    machine_.answer(kept);
  }

  Machine& machine_;
  const WalletTables& wallets_;
  Lanes write_lanes_;
  Lanes read_lanes_;
};

}  // namespace remit::simulation
