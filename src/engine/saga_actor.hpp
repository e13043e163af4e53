// One claimed saga while its owner works on it: action, observation, step, save, until it rests,
// ends, or belongs to somebody else. Loop thread; keeps itself alive while it runs, and its
// runner's parts outlive it.
#pragma once

#include <memory>
#include <optional>

#include "remit/engine/runner.hpp"

namespace remit::engine {

class SagaActor {
 public:
  SagaActor(const Runner::Parts& parts, const Runner::Settings& settings, const bool& stopping,
            Saga saga, Duration lease_end)
      : parts_(parts),
        settings_(settings),
        stopping_(stopping),
        saga_(std::move(saga)),
        lease_end_(lease_end) {}

  static Task<void> run(std::shared_ptr<SagaActor> self);

 private:
  [[nodiscard]] Moment moment() const;
  [[nodiscard]] Step choose() const;
  Task<Step> submit();
  Task<Step> query();
  /// True: saved, and the saga goes on in the same hands.
  Task<bool> save(Step step);
  [[nodiscard]] providers::Operation operation() const;
  [[nodiscard]] providers::CallContext context() const;
  /// What a person may want to hear of without asking: refusals, compensations, what is parked.
  void log(const Step& step) const;
  /// The request that made the saga goes on in its logs and its calls.
  [[nodiscard]] telemetry::TraceContext trace() const;

  const Runner::Parts& parts_;
  const Runner::Settings& settings_;
  const bool& stopping_;
  Saga saga_;
  Duration lease_end_;
};

}  // namespace remit::engine
