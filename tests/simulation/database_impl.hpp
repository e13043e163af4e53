// The simulated server: its tables, its open transactions, and what the weather does to them.
//
// Of the stores and transactions; see database.hpp.
#pragma once

#include <memory>
#include <vector>

#include "simulation/database.hpp"
#include "simulation/transaction.hpp"

namespace remit::simulation {

class Database::Impl {
 public:
  Impl(Database& database, Schedule& schedule_in, Random random_in, Timestamp epoch_in)
      : schedule(schedule_in), random(random_in), epoch(epoch_in), database_(database) {}

  /// A session is good for as long as the server runs that it was made at; zero: it does not run.
  [[nodiscard]] std::uint64_t session() const { return is_running_ ? starts_ : 0; }

  /// Throws `Failure` when the session has ended.
  [[nodiscard]] std::shared_ptr<Transaction> begin(std::uint64_t session, Machine& machine,
                                                   Sleeper& sleeper);
  void forget(const Transaction& transaction);

  [[nodiscard]] Duration travel_time() {
    return random.between(database_.weather.shortest, database_.weather.longest);
  }
  void stop();
  void start();
  [[nodiscard]] bool somebody_waits() const;

  /// The next commit loses its link, whatever the weather.
  bool lose_next_done = false;
  bool lose_next_undone = false;

  Schedule& schedule;
  Random random;
  const Timestamp epoch;
  Tables tables;

 private:
  [[nodiscard]] Transaction::Plan plan();

  Database& database_;
  std::vector<std::shared_ptr<Transaction>> open_;
  std::uint64_t starts_ = 1;
  bool is_running_ = true;
};

}  // namespace remit::simulation
