// Rules for the columns of a saga's row: its first version, the owner of its lease after a step,
// and the provider and instant that it shows. The SQL is in saga_sql.hpp.
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"

namespace remit::engine {

using SagaKey = std::pair<TenantId, Uuid>;

/// The step with which a saga begins its life under the lease of its creator: its provider is
/// stored with it, so that the first call can follow at once.
struct FirstStep {
  Step step;
  Uuid owner;
  Duration lease{0};
  Uuid lease_id;  ///< of the lease of all that are stored together, if it is the first of them
};

struct NewSaga {
  Saga saga;
  Duration start_after{0};
  /// Where they follow from the plan until a provider is chosen, storing the legs can wait.
  bool store_legs = true;
  /// With it, this is what is stored; of `saga` no more than bucket, tenant, id and plan count.
  std::shared_ptr<const FirstStep> first = nullptr;
};

/// The one lease of all sagas of a bucket that were begun in one batch (table saga_lease).
struct BatchLease {
  Bucket bucket{0};
  const SagaPlan* plan = nullptr;
  Timestamp ends_at;
  Uuid id;
  std::int64_t size = 0;  ///< sagas that were in it when it began
  std::int64_t left = 0;  ///< … and are surely not any more; counted by their owner
};

/// When a saga was stored, by the database's clock, and after how many purges (`purge_epoch`).
struct Stored {
  Timestamp at;
  std::int64_t epoch = 0;
  /// Shared with those that are in it; null: it has a lease, or an entry in the queue, of its own.
  std::shared_ptr<BatchLease> lease = nullptr;
};

/// What `created_at` becomes when it is stored. The instant is an instance's, whose clock may be
/// ahead: no saga was created after it was stored, or it would wait for that long.
[[nodiscard]] inline Timestamp created_when_stored(Timestamp created_at, const Stored& stored) {
  return std::min(created_at, stored.at);
}

/// Those of several sagas that were new.
using Inserted = std::map<SagaKey, Stored>;

/// The epoch of a database in which nothing was purged.
inline constexpr std::int64_t kFirstEpoch = 0;

/// Sagas of these amounts are ready for a choice of their provider from that age on.
struct ReadyBand {
  Currency currency = Currency::USD;
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Duration from_age{0};
};

/// Each purge begins an epoch, and versions begin with theirs: a saga that is made again after a
/// purge repeats no step, an owner of its predecessor is fenced, and what each of them posted is
/// told apart, whatever clocks say.
[[nodiscard]] constexpr std::int64_t initial_version(std::int64_t epoch) { return epoch << 32; }

/// The saga as `first` leaves it, stored then: the instant of the step is the database's, and so is
/// (in milliseconds) the requestedAt of the leg, which its document leaves to the column.
[[nodiscard]] Saga saga_begun(Step first, const Stored& stored);

/// What a row shows of one of its legs, the current one or the last.
struct ShownLeg {
  std::string provider{};
  std::optional<Timestamp> submitted_at{};
};

/// The columns that a step decides.
struct StepColumns {
  std::string_view provider;              ///< of the current leg, else the last; empty: NULL
  std::optional<Timestamp> submitted_at;  ///< of the same leg
  std::optional<Duration> due_after;      ///< empty: nothing is left to do by itself
  bool keeps_lease = false;
};

/// Under which word lists find it: its status, or nothing as long as a saga of its kind goes the
/// usual way, so that no index changes then.
[[nodiscard]] std::string_view shelf_of(const Saga& saga);

/// Views into the step. `lease`: how long the owner goes on, if it does.
[[nodiscard]] StepColumns columns_after(const Step& step, Duration lease);

}  // namespace remit::engine
