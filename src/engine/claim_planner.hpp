// What a runner asks its database for: routed sagas whose lease or rest is over, and queued ones
// that wait for a provider.
//
// While none of the providers takes calls the queue is left alone, and so is what may still wait
// for a cheaper one. Those that have waited long enough are found by their age, at no cost. To find
// the others (an amount that need not wait, or an earlier attempt) the whole queue is scanned, for
// at most a twentieth of the time.
//
// Where there is work, and whose, is known from looks and from what is stored here (KnownWork).
// What a tenant may have is asked for each claim.
//
// Pure; instants are given, `now` by the monotonic clock.
#pragma once

#include <optional>

#include "known_work.hpp"
#include "remit/engine/claim_operations.hpp"
#include "remit/load/admission_control.hpp"
#include "saga_choice.hpp"

namespace remit::engine {

struct ClaimSettings {
  const SagaPlan* plan = nullptr;
  Policy policy;
  Uuid owner;
  Duration lease{0};
  Duration idle_interval{0};
};

class ClaimPlanner {
 public:
  /// Without work where no tenant has any, or may have more.
  struct Planned {
    ClaimRequest request;
    bool leaves_out = false;  ///< some tenants that may have work
  };
  struct QueueClaim {
    Planned planned;
    load::Remainder remainder = load::Remainder::none;
    bool looks_through = false;  ///< the whole queue
    Duration begun_at{0};
  };

  explicit ClaimPlanner(ClaimSettings settings)
      : settings_(settings), routed_(settings.idle_interval), queued_(settings.idle_interval) {}

  /// Empty: it is too soon.
  [[nodiscard]] std::optional<LookRequest> look(bool has_provider, Duration now) const;
  /// `begun_at`: when it was asked for.
  void on_looked(bool has_provider, const WorkSeen& seen, Duration begun_at, Duration now);
  /// There is something new.
  void on_work(Bucket bucket, TenantId tenant, Duration now);

  [[nodiscard]] Planned routed(std::int64_t limit, const StandingOf& standing_of, Duration now);
  /// Empty: no provider takes calls.
  [[nodiscard]] std::optional<QueueClaim> queued(std::int64_t limit, const StandingOf& standing_of,
                                                 Survey survey, Timestamp database_now,
                                                 Duration now);
  void on_claimed(bool has_provider, const Claimed& claimed, Duration begun_at, Duration now);
  void on_queue_claimed(const QueueClaim& claim, load::Found found, Duration now);

 private:
  [[nodiscard]] KnownWork& known(bool has_provider) { return has_provider ? routed_ : queued_; }

  ClaimSettings settings_;
  Duration next_look_{0};  ///< through the whole queue, while some of it waits
  KnownWork routed_;
  KnownWork queued_;
};

}  // namespace remit::engine
