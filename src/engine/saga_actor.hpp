// One saga while its owner works on it: action, observation, step, save, until it rests, in memory
// or elsewhere, ends, or belongs to another owner. Loop thread; keeps itself and what it shares
// with the others of its runner alive while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "remit/base/alarm.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/load/permit.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::storage {
class Database;
}

namespace remit::engine {

class HeldSagas;
struct SagaCounts;

/// What the actors of one runner share.
struct ActorParts {
  storage::Database& database;
  routing::ProviderBook& book;
  std::function<providers::LegProvider*(ProviderKind, std::string_view)> find_provider;
  AlarmFactory& alarms;
  UuidSource& ids;
  const Clock& clock;
  HeldSagas& held;  ///< where a saga stays that rests for a short time
  SagaCounts& counts;
  const SagaPlan* plan = nullptr;
  Policy policy;
  Duration lease{0};
  bool stopping = false;  ///< finish what is in progress, give the rest back
};

/// When a saga was claimed, by the database's clock and by ours, and when its lease ends. The
/// engine's time is the database's, carried on by the monotonic clock: setting the wall clock
/// during a call makes no submission look expired.
struct LeaseHold {
  Timestamp claimed_at;
  Duration earliest{0};  ///< `claimed_at` was not before this monotonic instant …
  Duration latest{0};    ///< … and not after this one
  Duration lease_end{0};
  std::shared_ptr<BatchLease> shared{};  ///< with the others of its batch; null: its own

  /// It has surely been written since it was stored. Answers the lease that nothing is in any more.
  [[nodiscard]] std::shared_ptr<const BatchLease> leave();
};

/// The origin of an actor's saga.
enum class Origin : std::uint8_t {
  begun,       ///< its first step was made for this lease
  taken_over,  ///< it is as another owner may have left it
};

class SagaActor {
 public:
  SagaActor(std::shared_ptr<const ActorParts> shared, Saga saga, LeaseHold lease, Origin origin,
            load::Permit permit)
      : shared_(std::move(shared)),
        parts_(*shared_),
        saga_(std::move(saga)),
        lease_(std::move(lease)),
        origin_(origin),
        permit_(std::move(permit)) {}

  static Task<void> run(std::shared_ptr<SagaActor> self);

 private:
  [[nodiscard]] StepContext context() const;
  Task<Step> submit();
  Task<Step> query();
  /// With the choice of the next provider, where it can be made at once.
  [[nodiscard]] Step with_choice(Step step) const;
  [[nodiscard]] Step choose_provider(Saga saga) const;
  /// Saves what has to be saved; a saga that rests for a short time then stays in memory. True:
  /// saved, and this owner continues.
  Task<bool> conclude(Step step);
  /// True: saved, and this owner continues.
  Task<bool> save(Step step);
  [[nodiscard]] providers::Operation operation() const;
  [[nodiscard]] providers::CallContext call_context() const;
  /// Of the current leg.
  [[nodiscard]] ProviderKind provider_kind() const;
  /// Of a step that was saved.
  void count(const Step& step) const;
  /// Logs what a person may want to know, once: a new status, or a new reason to look at it.
  void log(const Step& step) const;
  /// The logs and calls of a saga carry the ids of the request that created it.
  [[nodiscard]] telemetry::TraceContext trace() const;

  const std::shared_ptr<const ActorParts> shared_;
  const ActorParts& parts_;
  Saga saga_;
  LeaseHold lease_;
  std::shared_ptr<const BatchLease> over_;  ///< to be removed; null: none is
  Origin origin_;
  bool is_as_stored_ = true;  ///< but for counts
  load::Permit permit_;
};

}  // namespace remit::engine
