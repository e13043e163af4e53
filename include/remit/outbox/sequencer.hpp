// A job that gives numbers to the facts that are committed.
//
// Every instance has one; one of them has the turn, for a few seconds at a time, and the others
// wait until it has ended. Whatever it does is one transaction, in which it holds the turn: when
// two believe that it is theirs, the second does nothing. Facts that are committed late get their
// numbers late, and delay no others. Owned by app::Services; loop thread. Failures are logged and
// the turn is repeated: until then events are late, and nothing else is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"
#include "remit/jobs/job.hpp"

namespace remit::storage {
class Database;
}

namespace remit::outbox {

struct SequencerSettings {
  Duration lease = std::chrono::seconds(3);  ///< how late events are when an instance ends suddenly
  Duration busy_pause = std::chrono::milliseconds(10);  ///< between turns that found something
  Duration idle_pause = std::chrono::milliseconds(20);
  Duration standby_pause = std::chrono::milliseconds(500);  ///< while another has the turn
  std::int64_t batch = 1'000;                               ///< batches of facts in a transaction
  Duration keep = std::chrono::days(30);
  Duration keep_interval = std::chrono::hours(1);  ///< between looks at what is old
};

class Sequencer {
 public:
  /// The last numbers of the tenants that were given some.
  using OnNumbered = std::function<void(const std::map<TenantId, std::int64_t>& last)>;

  struct Parts {
    storage::Database& database;
    UuidSource& ids;
    const Clock& clock;
  };

  Sequencer(const jobs::Context& context, Parts parts, SequencerSettings settings = {});

  /// Who is told at once; others look. Before the job is started.
  void on_numbered(OnNumbered told) { on_numbered_ = std::move(told); }

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// After the job has ended: another instance goes on at once.
  Task<void> leave();

  /// Whether the numbers are given here, as far as is known.
  [[nodiscard]] bool has_turn() const { return has_turn_; }
  /// Facts that were given their numbers here.
  [[nodiscard]] std::int64_t numbered() const { return numbered_; }
  /// At the last look, by whichever instance has the turn; zero: none waits.
  [[nodiscard]] Duration oldest_unnumbered() const { return oldest_unnumbered_; }

 private:
  Task<jobs::Rest> turn();
  /// How long to rest; empty: failed.
  Task<std::optional<Duration>> number();
  Task<void> keep_partitions();

  Parts parts_;
  SequencerSettings settings_;
  Uuid owner_;
  OnNumbered on_numbered_;
  Duration next_keep_{0};
  std::int64_t numbered_ = 0;
  Duration oldest_unnumbered_{0};
  bool has_turn_ = false;
  jobs::Job job_;
};

}  // namespace remit::outbox
