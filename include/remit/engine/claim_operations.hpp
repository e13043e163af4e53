// How the engine finds its work and claims it, shared out between tenants.
//
// Claiming is a lease: the row is no other's until it has passed. Time is the database's, so that
// instances whose clocks differ agree on who owns what. Values; `run` the operations on the loop
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/storage/operation.hpp"

namespace remit::engine {

struct LookRequest {
  const SagaPlan* plan = nullptr;
  bool has_provider = false;  ///< for those whose current leg has its provider, or those without
};

/// A part of the queue: of one bucket and tenant. `due`: the first that is in it.
struct WorkPlace {
  Bucket bucket{0};
  TenantId tenant;
  Timestamp due;
};

/// All that there is in one of the queues, by the database's clock.
struct WorkSeen {
  std::vector<WorkPlace> places{};  ///< ordered by bucket and tenant
  Timestamp at;
  std::int64_t epoch = kFirstEpoch;  ///< how many purges there were (`purge_epoch`)
};

/// From that instant on. What stands before it is known to be gone; walking over what is gone and
/// not yet vacuumed is most of what a claim can cost.
struct QueuePlace {
  Bucket bucket{0};
  std::optional<Timestamp> from = std::nullopt;  ///< empty: from the beginning
};

/// What a claim may take of one tenant, and where it looks for it.
struct TenantWork {
  TenantId tenant;
  std::vector<QueuePlace> places{};
  std::int64_t held = 0;  ///< what it has been given before: who has least comes first
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct ClaimRequest {
  const SagaPlan* plan = nullptr;
  std::vector<TenantWork> work{};
  bool has_provider = false;  ///< claim those whose current leg has its provider, or those without
  std::int64_t limit = 0;
  Duration overdue{0};             ///< those alone that have been due for so long
  std::vector<ReadyBand> ready{};  ///< those alone that are ready; empty: all are
  Uuid owner;
  Duration lease{0};
  /// The first step of each, made and stored by the claim itself, so that a choice costs no write
  /// of its own. Given the saga and the time by the database's clock; pure, since it is called on
  /// any thread. Null: a claim changes nothing but version and lease.
  std::function<Step(Saga, Timestamp)> choose = nullptr;
};

/// Time until an unreadable saga is due again.
inline constexpr Duration kUnreadableRest = std::chrono::minutes(5);

/// A saga that this version cannot read, and why.
struct UnreadableSaga {
  Uuid id;
  std::string why;
};

/// What was claimed, and when by the database's clock: the time by which its owner goes on.
struct Claimed {
  std::vector<Saga> sagas{};  ///< without those that the first step has put to rest
  /// Parked as kUnreadable by the claim itself, their legs left as they are: one that cannot be
  /// read must not keep all others from being claimed. They are due again after kUnreadableRest,
  /// for instances that can read them; those that were parked for this reason before are not
  /// reported again.
  std::vector<UnreadableSaga> unreadable{};
  std::int64_t taken = 0;  ///< with all of these
  /// Every store tells it, also when there was nothing to claim. A time that was not told is none.
  std::optional<Timestamp> at = std::nullopt;
  /// Where less was found than was asked for: nothing more is due there now.
  std::vector<std::pair<TenantId, Bucket>> exhausted{};
};

/// Where there is work, and for whom; leases of whole batches that have ended are moved into the
/// queue before.
struct LookForWork {
  using Input = LookRequest;
  using Output = WorkSeen;
  static constexpr std::string_view kName = "saga_look";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<LookForWork> slots);
};

/// Of each tenant its share (ClaimShares), the most overdue of a place first, each with its version
/// raised and its lease begun.
struct ClaimSagas {
  using Input = ClaimRequest;
  using Output = Claimed;
  static constexpr std::string_view kName = "saga_claim";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<ClaimSagas> slots);
};

}  // namespace remit::engine
