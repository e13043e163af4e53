// What a runner asks its database for: routed sagas whose lease or rest is over, and queued ones
// that wait for a provider.
//
// While none of the providers takes calls the queue is left alone, and so is what may still wait
// for a cheaper one. Those that have waited long enough are found by their age, at no cost. To find
// the others (an amount that need not wait, or an earlier attempt) the whole queue is scanned, for
// at most a twentieth of the time.
//
// Where there is work, in which buckets and from when on, is looked up about once a second, for at
// most a twentieth of the time as well; claims in between look there alone.
//
// Pure; instants are given, `now` by the monotonic clock.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

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

  /// Empty: there are none.
  [[nodiscard]] std::optional<ClaimRequest> routed(std::int64_t limit, Duration now);
  /// Empty: no provider takes calls, or none wait.
  [[nodiscard]] std::optional<QueueClaim> queued(std::int64_t limit, Survey survey,
                                                 Timestamp database_now, Duration now);
  void on_queue_claimed(const QueueClaim& claim, load::Found found, Duration now);
  /// After a look everywhere in one of the queues. `begun_at`: when it was asked for.
  void on_looked(bool has_provider, std::vector<QueuePlace> found, Duration begun_at, Duration now);
  /// There is something new in it.
  void on_work(Bucket bucket);

 private:
  /// What is known of one of the two queues.
  struct Places {
    std::vector<QueuePlace> known{};
    std::size_t first = 0;  ///< of the next claim: each has its turn
    Duration next_look{0};
  };

  /// False: there is nothing to ask for.
  [[nodiscard]] static bool place(ClaimRequest& request, Places& places, Duration now);

  ClaimSettings settings_;
  Duration next_look_{0};  ///< through the whole queue, while some of it waits
  Places routed_;
  Places queued_;
};

}  // namespace remit::engine
