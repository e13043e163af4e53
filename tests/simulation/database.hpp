// A database in memory with the transaction semantics that the product relies on in PostgreSQL:
// statements see what was committed before them and what their own transaction did (READ
// COMMITTED), a written or claimed row is locked until its transaction ends, others wait for it (at
// most the lock timeout) or step over it (SKIP LOCKED), an inserted key makes other insertions of
// it wait, a commit is atomic, and a link that is lost during a commit leaves the client in doubt.
//
// Shared by all simulated processes; outlives them. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "simulation/random.hpp"
#include "simulation/schedule.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {

/// What goes wrong between the processes and the database, per thousand transactions; changed while
/// the simulation runs.
struct DatabaseWeather {
  Duration shortest{200};  ///< a transaction, from its begin to its commit
  Duration longest{5'000};
  std::int64_t stalled = 0;  ///< take up to `longest_stall` instead
  Duration longest_stall{8'000'000};
  std::int64_t lost_before_commit = 0;  ///< rolled back, and the client knows
  std::int64_t lost_undone = 0;  ///< lost during the commit: rolled back, the client in doubt
  std::int64_t lost_done = 0;    ///< lost during the commit: committed, the client in doubt
};

/// What is written slowly.
inline constexpr std::string_view kSlowFact = "test.slow";

class Database {
 public:
  Database(Schedule& schedule, Random random, Timestamp epoch);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  DatabaseWeather weather;

  /// pg_ctl stop -m immediate: every open transaction is gone, commits under way end either way and
  /// nobody is told which; nothing can be asked until `start`. It runs from the beginning.
  void stop();
  void start();

  /// A transaction of another program, which writes a fact now and is committed after `time`.
  void write_slowly(TenantId tenant, const Uuid& resource, Duration time);

  [[nodiscard]] const Tables& committed() const;

  /// Of the stores alone.
  class Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace remit::simulation
