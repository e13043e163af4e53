// The claims of one runner, round by round: looks for work now and then, and takes what is due and
// what there are permits for, of each tenant its share. Owned by a runner; loop thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "claim_planner.hpp"
#include "permits.hpp"
#include "remit/base/task.hpp"
#include "saga_actor.hpp"

namespace remit::engine {

class Claims {
 public:
  struct Parts {
    std::shared_ptr<const ActorParts> actors;
    Permits& permits;
    /// Called for each that was claimed. `kind`: routed or queued.
    std::function<void(Saga, const LeaseHold&, load::PermitKind)> act;
    /// There was a purge.
    std::function<void()> on_purge;
  };

  Claims(Parts parts, ClaimSettings settings)
      : parts_(std::move(parts)), planner_(std::move(settings)) {}

  /// Those that have their provider. Whether there may be more.
  Task<load::Found> claim_routed();
  /// Those that wait for a provider, likewise.
  Task<load::Found> claim_queued();

  /// There is something new.
  void on_work(Bucket bucket, TenantId tenant);
  /// A tenant that has little waits, or did not have its turn in the last claim: a smaller batch is
  /// worth a claim.
  [[nodiscard]] bool some_have_a_right() const { return some_have_a_right_; }
  /// By the database's clock, as it was told last (decision 6); empty: it has not been so far.
  [[nodiscard]] std::optional<Timestamp> database_time() const;

 private:
  [[nodiscard]] Duration now() const { return parts_.actors->clock.monotonic(); }
  [[nodiscard]] StandingOf standing_of() const;
  Task<void> look(bool has_provider);
  Task<load::Found> claim(ClaimPlanner::Planned planned);

  Parts parts_;
  ClaimPlanner planner_;
  std::optional<Timestamp> time_at_zero_;  ///< the database's, when the monotonic clock was there
  std::int64_t epoch_ = kFirstEpoch;
  bool some_have_a_right_ = false;
};

}  // namespace remit::engine
