// Carries the sagas of one kind forward: claims what is due, does the next action of each, persists
// the step, and lets go of whatever has to wait.
//
// A saga is in memory only while something is under way for it; one that waits for its next poll is
// a row and nothing else. Owned by the composition root; loop thread only. Nothing here fails: what
// cannot be persisted is abandoned, and its lease brings it back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_store.hpp"
#include "remit/engine/starter.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::engine {

/// What those who send requests want of the machine meanwhile. `some`: their answers should not
/// wait behind a queue that is worked off; `crowd`: they wait already, and what they ask for is
/// better stored than begun.
enum class Demand : std::uint8_t { none, some, crowd };

class Runner final : public Starter {
 public:
  struct Parts {
    SagaStore& store;
    routing::ProviderBook& book;
    /// Null when no such provider is configured (any more).
    std::function<providers::LegProvider*(config::ProviderKind, std::string_view)> find_provider;
    AlarmFactory& alarms;
    UuidSource& ids;
    const Clock& clock;
    Executor executor;
    std::function<Demand()> demand = nullptr;  ///< null: none
  };
  struct Settings {
    const SagaPlan* plan = nullptr;
    Policy policy;
    Duration lease = std::chrono::seconds(30);
    std::int64_t concurrency = 512;  ///< sagas in memory at once
    Duration idle_interval = std::chrono::milliseconds(250);
  };

  Runner(Parts parts, Settings settings);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() override;

  void start();
  [[nodiscard]] std::optional<Start> begin(Saga saga) override;
  void go_on(Start start, Stored stored) override;
  void wake() override;
  /// Claims nothing more, waits for the actions under way (at most `timeout`) and gives leases
  /// back.
  Task<void> stop(Duration timeout);

  [[nodiscard]] std::int64_t active() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace remit::engine
