// Keeps the ProviderBook's health reports and ramp fees fresh.
//
// About once a second it claims the health slots that are due (HealthBoard), asks those providers,
// writes what they said, and reports everything on the board into the book. Ramp fees are read at
// the start and every minute. Made by the composition root with make_shared; `run` is spawned once
// on the loop thread and returns after `stop`, when no probe is under way any more. Failures are
// logged and tried again at the next turn; a provider that cannot be asked is reported failing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/alarm.hpp"
#include "remit/base/uuid.hpp"
#include "remit/routing/health_board.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::routing {

/// What a provider says of itself. An empty report: it was asked too often (429), the old report
/// stands. A Problem: it could not be asked.
using HealthProbe =
    std::function<Task<Result<std::optional<HealthReport>>>(config::ProviderKind, std::string)>;
using FeeProbe = std::function<Task<Result<FeeSchedule>>(config::ProviderKind, std::string)>;

struct HealthMonitorSettings {
  Duration tick = std::chrono::seconds(1);
  Duration fee_interval = std::chrono::seconds(60);
};

class HealthMonitor : public std::enable_shared_from_this<HealthMonitor> {
 public:
  struct Parts {
    ProviderBook& book;
    HealthBoard& board;
    HealthProbe health_probe;
    FeeProbe fee_probe;
    const Clock& clock;
    AlarmFactory& alarms;
    Uuid instance_id;
  };

  /// Processors, onramps and offramps among `providers` are asked; others have no health contract.
  HealthMonitor(const std::vector<config::ProviderConfig>& providers, Parts parts,
                HealthMonitorSettings settings = {});

  Task<void> run();
  void stop();

 private:
  struct FeeSlot {
    config::ProviderKind kind;
    std::string name;
    Duration due{0};
    bool asking = false;
  };

  Task<void> turn();
  Task<void> claim_and_ask();
  Task<void> read_board();
  void start_fee_probes(Executor executor);
  Task<void> ask_health(std::shared_ptr<HealthMonitor> self, HealthSlot slot);
  Task<void> ask_fee(std::shared_ptr<HealthMonitor> self, std::size_t index);
  void probe_ended();

  Parts parts_;
  HealthMonitorSettings settings_;
  std::vector<HealthSlot> health_slots_;
  std::vector<FeeSlot> fee_slots_;
  std::unique_ptr<Alarm> alarm_;
  std::size_t probes_under_way_ = 0;
  bool stopping_ = false;
};

}  // namespace remit::routing
