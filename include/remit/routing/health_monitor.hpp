// Keeps the ProviderBook's health reports and ramp fees fresh.
//
// About once a second it claims the health slots that are due, asks those providers, writes what
// they said, and reports everything that is stored into the book. Only what a provider
// said is written: one that this instance cannot reach is left to the others, and an answer that is
// no report says nothing, so that the last report ages and the breaker's own experience decides.
// Ramp fees are read at the start and every minute. Made by app::Services with make_shared,
// which starts and stops its job; that has ended when no probe is under way any more. Loop thread.
// Failures are tried again at the next turn and logged when they begin and when they end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "remit/base/uuid.hpp"
#include "remit/jobs/job.hpp"
#include "remit/routing/health_operations.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::storage {
class Database;
}

namespace remit::routing {

using HealthProbe = std::function<Task<HealthAnswer>(ProviderKind, std::string)>;
using FeeProbe = std::function<Task<Result<FeeSchedule>>(ProviderKind, std::string)>;

struct HealthMonitorSettings {
  Duration tick = std::chrono::seconds(1);
  Duration fee_interval = std::chrono::seconds(60);
};

class HealthMonitor : public std::enable_shared_from_this<HealthMonitor> {
 public:
  struct Parts {
    ProviderBook& book;
    storage::Database& database;
    HealthProbe health_probe;
    FeeProbe fee_probe;
    Uuid instance_id;
  };

  /// Processors, onramps and offramps among `providers` are asked; others have no health contract.
  HealthMonitor(const jobs::Context& context, const std::vector<config::ProviderConfig>& providers,
                Parts parts, HealthMonitorSettings settings = {});

  void start() { job_.start(shared_from_this()); }
  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  struct Probed {
    HealthSlot slot;
    Duration not_before{0};  ///< after a failure of this instance others go first
    /// What was read from the board before this time is older than this instance's own report,
    /// which may not have been stored.
    Duration told_until{0};
    HealthAnswer::Kind last = HealthAnswer::Kind::report;
  };
  struct FeeSlot {
    ProviderKind kind;
    std::string name;
    Duration due{0};
    bool failed = false;
  };

  Task<jobs::Rest> turn();
  Task<void> claim_and_ask();
  Task<void> read_board();
  void start_fee_probes();
  Task<void> ask_health(std::shared_ptr<HealthMonitor> self, HealthSlot slot);
  Task<void> publish(HealthSlot slot, HealthReport report);
  Task<void> leave_to_others(HealthSlot slot, bool was_asked);
  void log_change(Probed& probed, const HealthAnswer& answer) const;
  /// Null: it is not asked by this instance.
  [[nodiscard]] Probed* find(ProviderKind kind, std::string_view name);
  Task<void> ask_fee(std::shared_ptr<HealthMonitor> self, std::size_t index);

  const Clock& clock_;
  Parts parts_;
  HealthMonitorSettings settings_;
  std::vector<Probed> probed_;
  std::vector<FeeSlot> fee_slots_;
  bool board_is_away_ = false;
  jobs::Job job_;
};

}  // namespace remit::routing
