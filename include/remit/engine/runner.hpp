// Carries the sagas of one kind forward: claims what is due, does the next action of each, persists
// the step, and lets go of whatever has to wait.
//
// A saga needs a permit while something is under way for it. One that waits for its next poll stays
// in memory without one, under its lease, when its rest is short against the lease; otherwise it is
// a row and nothing else. What is accepted while there is no permit for it is stored with its
// provider and waits in memory as well, so that it need not be claimed. Both have a limit in bytes.
// How many permits there are for what is decided by load::AdmissionControl, and whose turn it is of
// several tenants by load::TenantShares. Owned by the Engine; loop thread only. Nothing here fails:
// what cannot be persisted is abandoned, and its lease brings it back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/admission.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/load/load.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::storage {
class Database;
}

namespace remit::engine {

class InFlight;

/// Null when no such provider is configured (any more).
using FindProvider = std::function<providers::LegProvider*(ProviderKind, std::string_view)>;

/// Counted since the start, by one instance.
struct SagaCounts {
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t parked = 0;
};

/// What one instance works on, of one kind.
struct RunnerStatistics {
  std::string_view kind;
  std::int64_t permits = 0;
  std::int64_t in_flight = 0;  ///< permits taken
  std::int64_t waiting = 0;    ///< stored, with their provider, and waiting for a permit
  std::int64_t resting = 0;    ///< in memory until their next poll
  SagaCounts counts;
};

class Runner final : public Admission {
 public:
  struct Parts {
    storage::Database& database;
    routing::ProviderBook& book;
    FindProvider find_provider;
    AlarmFactory& alarms;
    UuidSource& ids;
    const Clock& clock;
    const load::Meter& load;
    Executor executor;
    std::shared_ptr<InFlight> in_flight = nullptr;  ///< shared by an engine's; null: no bounds
  };
  struct Settings {
    const SagaPlan* plan = nullptr;
    Policy policy;
    Duration lease = std::chrono::seconds(30);
    std::int64_t concurrency = 512;  ///< permits
    Duration idle_interval = std::chrono::milliseconds(250);
    /// Bytes of those that are stored with their provider and wait for a permit, nearly.
    std::int64_t waiting_limit = 24 << 20;
    /// Bytes of those that rest in memory until their next poll, nearly.
    std::int64_t resting_limit = 16 << 20;
  };

  Runner(Parts parts, Settings settings);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() override;

  void start();
  [[nodiscard]] std::optional<Admitted> try_admit(Saga saga) override;
  void run(Admitted admitted, Stored stored) override;
  void reconsider() override;
  void wake(Bucket bucket, TenantId tenant) override;
  [[nodiscard]] bool is_at_its_bound(TenantId tenant) const override;
  /// Claims nothing more; the actions under way are finished, and the other leases given back.
  void stop();
  /// False: some of them are still under way after `timeout`.
  Task<bool> ended(Duration timeout);

  [[nodiscard]] std::int64_t active() const;
  /// Stored by this instance, with their provider, and waiting for a permit.
  [[nodiscard]] std::int64_t waiting() const;
  /// In memory until their next poll.
  [[nodiscard]] std::int64_t resting() const;
  [[nodiscard]] RunnerStatistics statistics() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace remit::engine
