// The commands that one lane took together, on their way through the database: storage/batch.hpp
// again, with coroutines.
//
// Of one lane.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "simulation/lanes.hpp"

namespace remit::simulation {

class LaneBatch {
 public:
  LaneBatch(Machine& machine, Database::Impl& database, Sleeper& sleeper, bool read_only)
      : machine_(machine), database_(database), sleeper_(sleeper), read_only_(read_only) {}

  [[nodiscard]] std::vector<Command*>& commands() { return commands_; }
  /// Of the commands, before they are run.
  void plan();
  /// Executes the batch. Not `is_linked` afterwards: the session cannot be used any more.
  [[nodiscard]] Work run(std::uint64_t session);
  [[nodiscard]] bool is_linked() const { return is_linked_; }
  [[nodiscard]] bool is_done() const { return todo_.empty(); }
  void refuse_rest(const Problem& problem);
  void answer();

 private:
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
    int conflicts = 0;
    bool met_a_lock = false;
    std::optional<Problem> doubt;  ///< it may have been carried out already
  };

  [[nodiscard]] std::span<Command* const> commands_of(const Range& range) const {
    return std::span(commands_).subspan(range.first, range.count);
  }
  [[nodiscard]] Work run_transaction(Range range, std::uint64_t session);
  void resolve(Range range, const Failure& failure);
  /// With `problem`, or with the doubt that there is.
  void refuse(const Range& range, const Problem& problem);
  void put_in_doubt(const Range& range);

  Machine& machine_;
  Database::Impl& database_;
  Sleeper& sleeper_;
  const bool read_only_;
  bool is_linked_ = true;
  std::vector<Command*> commands_;
  std::vector<Range> todo_;
};

}  // namespace remit::simulation
