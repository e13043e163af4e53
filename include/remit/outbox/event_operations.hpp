// Events by their numbers: giving them, reading them, and removing old ones. Values; `run` the
// operations on the loop thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"
#include "remit/outbox/fact.hpp"
#include "remit/storage/operation.hpp"

namespace remit::outbox {

/// What a sequencer sees before it writes anything.
struct LookForFacts {
  struct Input {
    Uuid owner;
    Duration renew_before{0};
  };
  struct Output {
    bool is_anothers = false;  ///< and may not be taken over now
    bool is_ending = false;    ///< in less time than `renew_before`, or has ended
    /// For how long the oldest of those facts waits that have no number yet; empty: there are none.
    std::optional<Duration> oldest = std::nullopt;
  };
  static constexpr std::string_view kName = "event_look";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<LookForFacts> slots);
};

/// Gives numbers to what is committed, in one transaction, and takes the turn for `lease` from now.
struct NumberFacts {
  struct Input {
    Uuid owner;
    Duration lease{0};
    std::int64_t limit = 0;  ///< batches of facts
  };
  struct Output {
    bool is_ours = false;    ///< false: another's turn; nothing was done
    std::int64_t facts = 0;  ///< that were given numbers, in so many
    std::int64_t batches = 0;
    std::map<TenantId, std::int64_t> last = {};  ///< the last number of those that got some
  };
  static constexpr std::string_view kName = "event_number";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<NumberFacts> slots);
};

/// Leaves the turn to others at once; nothing, when it is another's.
struct LeaveTurn {
  struct Input {
    Uuid owner;
  };
  using Output = void;
  static constexpr std::string_view kName = "event_leave_turn";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<LeaveTurn> slots);
};

/// The events of a tenant after a number, in their order; none, when there are none yet.
struct ReadEvents {
  struct Input {
    Tenant tenant;
    std::int64_t after = 0;
    std::int64_t limit = 0;  ///< at least one batch is read, and all of it
  };
  using Output = std::vector<Event>;
  static constexpr std::string_view kName = "event_read";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ReadEvents> slots);
};

/// The last numbers of several tenants; those that have none are left out.
struct FindLastEvents {
  struct Input {
    std::vector<Tenant> tenants;
  };
  using Output = std::map<TenantId, std::int64_t>;
  static constexpr std::string_view kName = "event_last";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindLastEvents> slots);
};

/// Makes room for the events to come, and removes those of months that ended so long ago. Answers
/// how many partitions it removed.
struct KeepEvents {
  struct Input {
    Duration keep{0};
  };
  using Output = std::int64_t;
  static constexpr std::string_view kName = "event_keep";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep,
                                                    .limit = std::chrono::seconds(60)};
  static void execute(storage::Transaction& transaction, storage::Slots<KeepEvents> slots);
};

}  // namespace remit::outbox
