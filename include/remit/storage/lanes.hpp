// Lanes: threads that own a PostgreSQL connection each and run commands in batches, so that many
// commands share one commit (group commit).
//
// A batch is of one operation (operation.hpp) and one transaction; its results are handed out only
// after the commit. On read-only lanes each statement is on its own. Lanes belong to a cell, the
// database that holds a set of buckets (base/tenant.hpp); there is one now, which holds all of
// them.
//
// A Database that runs every operation itself; PostgresDatabase has lanes of every kind. Failures
// as in database.hpp; kOutcomeUnknown also when the database gave no answer to a commit, or a
// statement failed after the one that committed. The loop outlives the lanes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "remit/base/histogram.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/load/load.hpp"
#include "remit/storage/database.hpp"

namespace remit::storage {

struct LaneSettings {
  std::string name;  ///< in logs and as the application name
  std::string url;   ///< any libpq connection string
  std::int64_t lanes = 2;
  std::int64_t max_batch = 512;
  std::int64_t queue_limit = 20'000;
  Duration queue_timeout = std::chrono::seconds(5);
  Duration statement_timeout = std::chrono::seconds(10);  ///< the server's
  /// A call that has had no answer for so much longer is ended, with its connection.
  Duration grace = std::chrono::seconds(5);
  bool read_only = false;
  bool plans_once = true;  ///< each statement on a connection; otherwise as the server thinks best
  /// On the loop thread, after a statement failed as it would under another schema; may be null.
  std::function<void()> on_schema_doubt = nullptr;
};

inline constexpr std::array<double, 10> kBatchSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
inline constexpr std::array<double, 14> kBatchSeconds = {
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

/// Counted since start.
struct LaneStatistics {
  std::int64_t commands = 0;      ///< run, whatever came out
  std::int64_t batches = 0;       ///< taken from the queue
  std::int64_t transactions = 0;  ///< committed
  std::int64_t reruns = 0;     ///< after a serialization failure, a deadlock or a lost connection
  std::int64_t refused = 0;    ///< queue full
  std::int64_t expired = 0;    ///< waited too long
  std::int64_t unknown = 0;    ///< outcome unknown
  std::int64_t connects = 0;   ///< successful
  std::int64_t connected = 0;  ///< lanes that have a connection now
  std::int64_t queued = 0;     ///< now
  bool all_down = false;       ///< every lane has tried to connect in vain
  std::int64_t lanes = 0;
  std::int64_t queue_limit = 0;
  Histogram batch_sizes{kBatchSizes};  ///< commands
  /// From when a batch was taken until it was committed, or could not be; seconds.
  Histogram batch_seconds{kBatchSeconds};
};

class LaneCore;

class Lanes final : public Database, public load::Meter {
 public:
  Lanes(Executor loop, LaneSettings settings);  ///< starts its threads
  ~Lanes() override;                            ///< stop()

  void submit(std::unique_ptr<detail::Command> command) override;

  /// Ends the queue's commands with kUnavailable, and lets running batches finish; what has not by
  /// `timeout` is ended, with its connection. Loop thread. False: a thread is still there.
  Task<bool> close(Duration timeout);

  /// The same without a timeout, and joins the threads. Not on the loop thread before `close`: it
  /// would wait for a database that does not respond.
  void stop();

  /// From now on every command is refused with this problem, queued ones included.
  void refuse(const Problem& problem);

  /// What has come in of late: half of what the level of load is judged by. The other half is what
  /// waits here.
  void observe(const load::Traffic& traffic);
  [[nodiscard]] load::Load level() const override;
  [[nodiscard]] LaneStatistics statistics() const;

 private:
  const Executor loop_;
  const std::shared_ptr<LaneCore> core_;
};

}  // namespace remit::storage
