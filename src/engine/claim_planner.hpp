// What a runner asks its database for: routed sagas whose lease or rest is over, and queued ones
// that wait for a provider.
//
// While none of the providers takes calls the queue is left alone, and so is what may still wait
// for a cheaper one. Those that have waited long enough are found by their age, at no cost. To find
// the others (an amount that need not wait, or an earlier attempt) the whole queue is scanned, for
// at most a twentieth of the time.
//
// Pure; instants are given, `now` by the monotonic clock.
#pragma once

#include <optional>

#include "remit/engine/saga_operations.hpp"
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
  struct QueueClaim {
    ClaimRequest request;
    load::Remainder remainder = load::Remainder::none;
    bool looks_through = false;  ///< the whole queue
    Duration begun_at{0};
  };

  explicit ClaimPlanner(ClaimSettings settings) : settings_(settings) {}

  [[nodiscard]] ClaimRequest routed(std::int64_t limit) const;
  /// Empty: no provider takes calls.
  [[nodiscard]] std::optional<QueueClaim> queued(std::int64_t limit, Survey survey,
                                                 Timestamp database_now, Duration now) const;
  void on_queue_claimed(const QueueClaim& claim, load::Found found, Duration now);

 private:
  ClaimSettings settings_;
  Duration next_look_{0};  ///< through the whole queue, while some of it waits
};

}  // namespace remit::engine
