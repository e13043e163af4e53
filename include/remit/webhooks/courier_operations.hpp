// What the database is asked by those who carry deliveries to endpoints. Values; `run` the
// operations on the loop thread.
//
// A delivery that is claimed is its claimer's until the lease ends, by the database's time. Each
// claim and each save has its own version, and what is saved with another one than the row has
// changes nothing: its holder came too late.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/outbox/fact.hpp"
#include "remit/storage/operation.hpp"
#include "remit/webhooks/delivery.hpp"
#include "remit/webhooks/endpoint_operations.hpp"

namespace remit::webhooks {

/// An endpoint that is enabled and has deliveries that are pending.
struct DueLine {
  EndpointKey endpoint;
  Duration due_in{0};  ///< until the first of them is due; below zero: it has been due for so long
  std::int64_t max_per_second = 0;
};

/// Of all tenants.
struct LookForDeliveries {
  struct Input {};
  using Output = std::vector<DueLine>;
  static constexpr std::string_view kName = "webhook_look";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<LookForDeliveries> slots);
};

struct ClaimedDelivery {
  std::int64_t sequence = 0;
  std::int64_t version = 0;
  std::int64_t attempts = 0;  ///< that were made before
  Duration due_for{0};
  std::optional<outbox::Event> event;  ///< empty: it is gone
};

/// The first that are due of an endpoint that is enabled, and that no instance has.
struct ClaimDeliveries {
  struct Input {
    EndpointKey endpoint;
    std::int64_t most = 0;
    Duration lease{0};
  };
  struct Output {
    std::vector<ClaimedDelivery> deliveries;       ///< in the order in which they are to be begun
    std::optional<SealedDestination> destination;  ///< as it is now, when there are any
  };
  static constexpr std::string_view kName = "webhook_claim";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.endpoint.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ClaimDeliveries> slots);
};

/// What became of an attempt. Answers whether it was saved.
struct SaveAttempt {
  struct Input {
    DeliveryKey which;
    std::int64_t version = 0;  ///< of the claim
    DeliveryState state = DeliveryState::pending;
    bool was_made = true;     ///< false: there was nothing to be sent
    Duration pause{0};        ///< until it is due again, when it is pending
    std::int64_t status = 0;  ///< 0: there was no answer
    std::string error;
    std::string answer;
    /// The endpoint at this URL is to be sent nothing more: it is disabled, unless it is at another
    /// one by now, and that is told as an event.
    std::string gone_url;
  };
  using Output = bool;
  static constexpr std::string_view kName = "webhook_save_attempt";
  static constexpr storage::OperationTraits kTraits{.background = true,
                                                    .linger = std::chrono::milliseconds(5)};
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<SaveAttempt> slots);
};

/// Gives a claimed delivery back, as if it had not been claimed.
struct ReleaseDelivery {
  struct Input {
    DeliveryKey which;
    std::int64_t version = 0;
  };
  using Output = void;
  static constexpr std::string_view kName = "webhook_release";
  static constexpr storage::OperationTraits kTraits{.background = true,
                                                    .linger = std::chrono::milliseconds(5)};
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ReleaseDelivery> slots);
};

}  // namespace remit::webhooks
