// PostgreSQL as one Database: lanes of every kind, and each operation on those that its traits
// name.
//
// Owned by the composition root; loop thread. Failures as in database.hpp.
#pragma once

#include <array>
#include <memory>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::storage {

class PostgresDatabase final : public Database {
 public:
  struct Settings {
    LaneSettings write;
    LaneSettings read;
    LaneSettings list;
    LaneSettings ready;
    LaneSettings upkeep;
  };

  PostgresDatabase(const Executor& loop, Settings settings);

  void submit(std::unique_ptr<detail::Command> command) override;

  [[nodiscard]] Lanes& lanes(LaneKind kind) { return lanes_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const Lanes& lanes(LaneKind kind) const {
    return lanes_[static_cast<std::size_t>(kind)];
  }

  /// From now on every command is refused with this, but for those that ask whether the service is
  /// ready.
  void refuse(const Problem& problem);

  /// Closes all lanes; what is under way at `deadline` of the clock's monotonic time is cut. False:
  /// a thread is still there.
  Task<bool> close(const Clock* clock, Duration deadline);

 private:
  std::array<Lanes, kLaneKinds> lanes_;  ///< by LaneKind
};

}  // namespace remit::storage
