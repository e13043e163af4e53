// The configuration, cut to what each module takes. Pure.
#pragma once

#include <string>

#include "remit/config/config.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/net/server.hpp"
#include "remit/payments/payment_routes.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

[[nodiscard]] net::ServerSettings server_settings(const config::Config& config);
[[nodiscard]] storage::LaneSettings write_lane_settings(const config::Config& config);
[[nodiscard]] storage::LaneSettings read_lane_settings(const config::Config& config);
/// For work that nobody waits for, and that must not make anybody wait.
[[nodiscard]] storage::LaneSettings upkeep_lane_settings(const config::Config& config);
[[nodiscard]] engine::Policy engine_policy(const config::Config& config);
[[nodiscard]] payments::PaymentRouteSettings payment_route_settings(const config::Config& config);

}  // namespace remit::app
