// Deliveries: one event on its way to one endpoint. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::webhooks {

inline constexpr ProblemCode kDeliveryNotFound{"WEBHOOK_DELIVERY_NOT_FOUND", 404,
                                               "There is no such webhook delivery"};
inline constexpr ProblemCode kEndpointDisabled{"WEBHOOK_ENDPOINT_DISABLED", 409,
                                               "The webhook endpoint is disabled"};

enum class DeliveryState : std::uint8_t { pending, delivered, dead_lettered };

inline constexpr std::array kDeliveryStates = {DeliveryState::pending, DeliveryState::delivered,
                                               DeliveryState::dead_lettered};

[[nodiscard]] constexpr std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::pending:
      return "pending";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::dead_lettered:
      break;
  }
  return "dead_lettered";
}

/// Which one; what a tenant calls it is `Delivery::id`.
struct DeliveryKey {
  Tenant tenant;
  Uuid endpoint;
  std::int64_t sequence = 0;  ///< of the event
};

/// As its tenant sees it.
struct Delivery {
  Uuid id;
  Uuid endpoint;
  std::int64_t sequence = 0;
  std::string event_type;
  DeliveryState state = DeliveryState::pending;
  std::int64_t attempts = 0;        ///< since it was last begun
  std::optional<Timestamp> due_at;  ///< of the next attempt
  std::optional<Timestamp> last_attempt_at;
  std::optional<std::int64_t> last_status;
  std::string last_error;             ///< empty: there is none
  std::optional<std::string> answer;  ///< when it was asked for and there is one
  Timestamp created_at;
  Timestamp updated_at;
};

}  // namespace remit::webhooks
