// One claimed saga while its owner works on it: action, observation, step, save, until it rests,
// ends, or belongs to somebody else. Loop thread; keeps itself alive while it runs, and its
// runner's parts outlive it.
#pragma once

#include <memory>
#include <optional>

#include "remit/engine/runner.hpp"

namespace remit::engine {

/// When a saga was claimed, by the database's clock and by ours, and until when it is its owner's.
/// The engine's time is the database's, carried on by the monotonic clock: a wall clock that is set
/// while a call is under way makes nothing seem over that is not.
struct Tenure {
  Timestamp claimed_at;
  Duration earliest{0};  ///< `claimed_at` was not before this monotonic instant …
  Duration latest{0};    ///< … and not after this one
  Duration lease_end{0};
};

class SagaActor {
 public:
  /// `found`: as another owner may have left it; else its first step was made for this tenure.
  SagaActor(const Runner::Parts& parts, const Runner::Settings& settings, const bool& stopping,
            Saga saga, Tenure tenure, bool found)
      : parts_(parts),
        settings_(settings),
        stopping_(stopping),
        saga_(std::move(saga)),
        tenure_(tenure),
        found_(found) {}

  static Task<void> run(std::shared_ptr<SagaActor> self);

 private:
  [[nodiscard]] Moment moment() const;
  Task<Step> submit();
  Task<Step> query();
  /// True: saved, and the saga goes on in the same hands.
  Task<bool> save(Step step);
  [[nodiscard]] providers::Operation operation() const;
  [[nodiscard]] providers::CallContext context() const;
  /// What a person may want to hear of without asking, once: another status, another reason to
  /// look.
  void log(const Step& step) const;
  /// The request that made the saga goes on in its logs and its calls.
  [[nodiscard]] telemetry::TraceContext trace() const;

  const Runner::Parts& parts_;
  const Runner::Settings& settings_;
  const bool& stopping_;
  Saga saga_;
  Tenure tenure_;
  bool found_;
};

}  // namespace remit::engine
