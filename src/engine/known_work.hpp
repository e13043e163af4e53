// What is known of one of the two queues: whose work is in which buckets, and from when on. Picks
// for a claim where to look; tenants have turns, and so have the buckets of each.
//
// It is looked up about once a second, for at most a twentieth of the time; what is stored or given
// back here is told at once. A place where nothing more was due is left alone for a while, or until
// what the look saw there is due. Tenants are forgotten when a look finds nothing of theirs.
//
// Owned by a ClaimPlanner. Pure; instants are given, and monotonic.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "remit/engine/claim_operations.hpp"

namespace remit::engine {

/// What a tenant holds, and how much more it may have.
struct Standing {
  std::int64_t held = 0;
  std::int64_t most = 0;
};
using StandingOf = std::function<Standing(TenantId)>;

class KnownWork {
 public:
  struct Picked {
    std::vector<TenantWork> work{};
    bool leaves_out = false;  ///< some that might have been asked as well
  };

  explicit KnownWork(Duration idle_interval) : idle_interval_(idle_interval) {}

  [[nodiscard]] bool is_to_be_looked_for(Duration now) const { return now >= next_look_; }
  /// `begun_at`: when it was asked for.
  void on_looked(const WorkSeen& seen, Duration begun_at, Duration now);
  /// There is something new.
  void on_work(Bucket bucket, TenantId tenant, Duration now);
  /// `begun_at`: when the claim that found no more was asked for.
  void on_exhausted(Bucket bucket, TenantId tenant, Duration begun_at, Duration now);

  /// For a claim of so many: of tenants that may have more.
  [[nodiscard]] Picked pick(std::int64_t limit, const StandingOf& standing_of, Duration now);

 private:
  struct Place {
    Bucket bucket;
    std::optional<Timestamp> from;
    Duration asked_from;  ///< not before
    Duration told_at;
    std::optional<Duration> due_at = std::nullopt;  ///< what a look saw first
  };
  using Places = std::vector<Place>;

  [[nodiscard]] std::vector<QueuePlace> places_to_ask(const Places& places, Duration now) const;

  Duration idle_interval_;
  Duration next_look_{0};
  std::map<TenantId, Places> tenants_;
  std::optional<TenantId> last_;  ///< the next turn begins behind it
  std::size_t turn_ = 0;
};

}  // namespace remit::engine
