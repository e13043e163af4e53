// Large batches of transfers, one at a time: each locks most of the wallets of its tenant, so that
// several at once would wait for each other in the database, and would have its connections wait.
// Others are not kept by it.
//
// Owned by WalletService; loop thread. A request that waits too long, or behind too many, is
// refused: kOverloaded.
#pragma once

#include <memory>
#include <utility>

#include "remit/base/alarm.hpp"
#include "remit/base/problem.hpp"

namespace remit::wallets {

class BatchTurns {
  struct Line;

 public:
  explicit BatchTurns(AlarmFactory& alarms);

  /// A turn, until it is destroyed.
  class Turn {
   public:
    Turn() = default;  ///< none
    explicit Turn(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    Turn(Turn&& other) noexcept : line_(std::exchange(other.line_, nullptr)) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(line_, other.line_);
      return *this;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

   private:
    std::shared_ptr<Line> line_;
  };

  Task<Result<Turn>> take();

 private:
  struct Waiting;

  AlarmFactory& alarms_;
  std::shared_ptr<Line> line_;  ///< a request that is given up at the very end outlives this
};

}  // namespace remit::wallets
