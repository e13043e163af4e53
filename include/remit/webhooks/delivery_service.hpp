// Shows the deliveries of a tenant, and begins them again.
//
// Owned by the Application; loop thread. Problems: kEndpointNotFound, kDeliveryNotFound,
// kEndpointDisabled for what would be sent to an endpoint that is, and those of the database.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/storage/database.hpp"
#include "remit/webhooks/delivery_operations.hpp"

namespace remit::webhooks {

/// At least so many deliveries are begun by one replay, if there are as many.
inline constexpr std::int64_t kMostReplayed = 10'000;

struct Replayed {
  std::int64_t count = 0;      ///< deliveries that were begun
  std::int64_t last_seen = 0;  ///< sequence of the last event that was looked at
  bool has_more = false;       ///< events after it, for another replay
};

class DeliveryService {
 public:
  /// `on_begun`: there is something to be sent.
  DeliveryService(storage::Database& database, std::function<void()> on_begun)
      : database_(database), on_begun_(std::move(on_begun)) {}

  Task<Result<std::vector<Delivery>>> list(ListDeliveries::Input wanted);
  Task<Result<Delivery>> find(DeliveryId which, bool with_answer);
  Task<Result<Delivery>> redeliver(DeliveryId which);
  /// Of events from `since` on whose sequence is above `after`.
  Task<Result<Replayed>> replay(EndpointKey endpoint, Timestamp since, std::int64_t after);

 private:
  storage::Database& database_;
  std::function<void()> on_begun_;
};

}  // namespace remit::webhooks
