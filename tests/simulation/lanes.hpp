// Lanes as in storage/lanes.hpp, over the simulated database: a queue, a few connections that take
// all that is queued of one operation as one transaction, and the same handling of every failure.
//
// One process's; its machine, which keeps the commands, is killed before this is destroyed. One
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "remit/base/problem.hpp"
#include "simulation/database_work.hpp"
#include "simulation/machine.hpp"
#include "simulation/operations.hpp"
#include "simulation/transaction.hpp"

namespace remit::simulation {

struct LaneOptions {
  std::size_t lanes = 2;
  std::size_t max_batch = 512;
  std::size_t queue_limit = 20'000;
  Duration queue_timeout = std::chrono::seconds(5);
};

class Lane;

class Lanes {
 public:
  Lanes(Machine& machine, Database::Impl& database, bool read_only, LaneOptions options);
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  ~Lanes();

  void enqueue(std::unique_ptr<storage::detail::Command> command);

 private:
  friend class Lane;
  using Queue = std::deque<Command*>;

  void refuse_queue(const Problem& problem);
  void take(std::vector<Command*>& batch);
  void refuse(Command* command, const Problem& problem);
  void watch_for_expiry();
  /// Of the schedule.
  [[nodiscard]] Duration expiry_of_first() const;
  void expire();

  Machine& machine_;
  Database::Impl& database_;
  const bool read_only_;
  const LaneOptions options_;
  Queue queue_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t lanes_down_ = 0;
  std::shared_ptr<bool> is_watched_ = std::make_shared<bool>(false);
};

}  // namespace remit::simulation
