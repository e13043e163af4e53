// What the database is asked by those who give events to endpoints. Values; `run` the operations on
// the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/storage/operation.hpp"

namespace remit::webhooks {

/// What is seen before anything is written.
struct LookForNews {
  struct Input {
    Uuid owner;
    Duration renew_before{0};
  };
  struct Output {
    bool is_anothers = false;  ///< and may not be taken over now
    bool is_ending = false;    ///< in less time than `renew_before`, or has ended
    bool has_news = false;     ///< some tenant with endpoints has events that they were not given
  };
  static constexpr std::string_view kName = "webhook_look_for_news";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<LookForNews> slots);
};

/// Gives each tenant's events to those of its endpoints that want them: a delivery for each of
/// these, in the transaction that moves the tenant's cursor. Takes the turn for `lease` from now.
struct FanOutEvents {
  /// After which tenant a turn begins, so that each has its turn when there are many.
  using Place = std::pair<Bucket, TenantId>;

  struct Input {
    Uuid owner;
    Duration lease{0};
    std::optional<Place> after;   ///< empty: at the beginning
    std::int64_t tenants = 0;     ///< at most
    std::int64_t events = 0;      ///< of each, about
    std::int64_t deliveries = 0;  ///< no tenant is begun when there are more
  };
  struct Output {
    bool is_ours = false;  ///< false: another's turn; nothing was done
    std::int64_t events = 0;
    std::int64_t deliveries = 0;
    bool has_more = false;               ///< of a tenant, or of others
    std::optional<Place> last_tenant{};  ///< where the next turn goes on; empty: at the beginning
  };
  static constexpr std::string_view kName = "webhook_fan_out";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<FanOutEvents> slots);
};

/// Leaves the turn to others at once; nothing, when it is another's.
struct LeaveFanOut {
  struct Input {
    Uuid owner;
  };
  using Output = void;
  static constexpr std::string_view kName = "webhook_leave_fan_out";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<LeaveFanOut> slots);
};

}  // namespace remit::webhooks
