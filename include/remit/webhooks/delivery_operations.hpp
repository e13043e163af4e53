// What the database is asked by tenants about their deliveries. Values; `run` the operations on the
// loop thread. A delivery that is another tenant's, or that of an endpoint that was deleted, is as
// one that does not exist.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/storage/operation.hpp"
#include "remit/webhooks/delivery.hpp"
#include "remit/webhooks/endpoint_operations.hpp"

namespace remit::webhooks {

struct DeliveryId {
  Tenant tenant;
  Uuid id;
};

struct FindDelivery {
  struct Input {
    DeliveryId which;
    bool with_answer = false;
  };
  using Output = std::optional<Delivery>;
  static constexpr std::string_view kName = "webhook_delivery_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindDelivery> slots);
};

/// Of one endpoint; those of the newest events first. Empty: there is no such endpoint.
struct ListDeliveries {
  struct Input {
    EndpointKey endpoint;
    std::int64_t limit = 0;
    std::optional<DeliveryState> state;
    std::optional<std::int64_t> before;  ///< a sequence
    bool with_answer = false;
  };
  using Output = std::optional<std::vector<Delivery>>;
  static constexpr std::string_view kName = "webhook_delivery_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.endpoint.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListDeliveries> slots);
};

/// Begins a delivery again: it is due now, and has all of its schedule before it. One that is
/// pending is due now; one that is just being attempted stays as it is. Empty: there is none.
/// Problems: kEndpointDisabled.
struct RedeliverEvent {
  using Input = DeliveryId;
  using Output = std::optional<Delivery>;
  static constexpr std::string_view kName = "webhook_redeliver";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<RedeliverEvent> slots);
};

/// Begins deliveries of a tenant's events again that an endpoint wants, whether it had them before
/// or not: those of some more events after a number. Pending ones stay as they are. Problems:
/// kEndpointNotFound, kEndpointDisabled.
struct ReplayEvents {
  struct Input {
    EndpointKey endpoint;
    Timestamp since;
    std::int64_t after = 0;   ///< a sequence
    std::int64_t events = 0;  ///< about so many are looked at
  };
  struct Output {
    std::int64_t begun = 0;
    std::int64_t seen = 0;  ///< the last sequence that was looked at
    bool has_more = false;  ///< events after it that endpoints were given
  };
  static constexpr std::string_view kName = "webhook_replay";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.endpoint.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ReplayEvents> slots);
};

}  // namespace remit::webhooks
