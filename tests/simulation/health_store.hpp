// The health board over the simulated database: routing/health_board_store.cpp again.
#pragma once

#include <span>
#include <vector>

#include "remit/routing/health_board.hpp"
#include "simulation/lanes.hpp"

namespace remit::simulation {

struct ClaimHealthSlots {
  struct Input {
    std::vector<routing::HealthSlot> slots;
    Uuid checker;
  };
  using Output = std::vector<routing::HealthSlot>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct StoreHealth {
  struct Input {
    routing::BoardEntry entry;
    Uuid checker;
  };
  using Output = void;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct GiveBackHealthSlots {
  struct Input {
    routing::HealthSlot slot;
    Uuid checker;
    bool was_asked = false;
  };
  using Output = void;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct ReadHealth {
  struct Input {};
  using Output = std::vector<routing::BoardEntry>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

class SimulatedHealthBoard final : public routing::HealthBoard {
 public:
  SimulatedHealthBoard(Lanes& write_lanes, Lanes& read_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes) {}

  Task<Result<std::vector<routing::HealthSlot>>> claim_due(std::vector<routing::HealthSlot> slots,
                                                           Uuid checker) override;
  Task<Result<void>> store_result(routing::BoardEntry entry, Uuid checker) override;
  Task<Result<void>> give_back(routing::HealthSlot slot, Uuid checker, bool was_asked) override;
  Task<Result<std::vector<routing::BoardEntry>>> read_all() override;

 private:
  Lanes& write_lanes_;
  Lanes& read_lanes_;
};

}  // namespace remit::simulation
