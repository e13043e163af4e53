// A runner for each kind of movement, started, stopped and waited for together.
//
// Owned by app::Services; loop thread. Nothing here fails: see runner.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "remit/engine/runner.hpp"
#include "remit/engine/tenant_bounds.hpp"

namespace remit::engine {

class Engine {
 public:
  struct Kind {
    const SagaPlan& plan;
    std::int64_t concurrency;  ///< permits
  };
  struct Settings {
    Policy policy;
    Duration lease = std::chrono::seconds(30);
    Duration idle_interval = std::chrono::milliseconds(250);
    std::int64_t resting_limit = Runner::Settings{}.resting_limit;  ///< for each kind
  };

  /// `bounds`: null: no tenant has one.
  Engine(Runner::Parts parts, const Settings& settings, const std::vector<Kind>& kinds,
         const TenantBounds* bounds = nullptr);

  /// For a kind that it was made with.
  [[nodiscard]] Admission& admission(const SagaPlan& plan);

  /// In the order of the kinds.
  [[nodiscard]] std::vector<RunnerStatistics> statistics() const;
  /// How many tenants have as much in flight here as their bound allows, of all kinds together.
  [[nodiscard]] std::int64_t tenants_at_their_bounds() const;

  void start();
  /// Nothing more is claimed; what is under way goes on.
  void stop();
  /// False: some saga is still in memory after `timeout`.
  Task<bool> ended(Duration timeout);

 private:
  struct Member {
    const SagaPlan* plan;
    std::unique_ptr<Runner> runner;
  };
  const Clock& clock_;
  const std::shared_ptr<InFlight> in_flight_;
  std::vector<Member> members_;
};

}  // namespace remit::engine
