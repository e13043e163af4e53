// The configuration, cut to what each module takes. Pure.
#pragma once

#include <string>

#include "remit/config/config.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/net/server.hpp"
#include "remit/payments/payment_routes.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

/// `database.url` with the password that `database.password_file` held.
[[nodiscard]] std::string database_url(const config::Config& config);
[[nodiscard]] net::ServerSettings server_settings(const config::Config& config);
[[nodiscard]] storage::LaneSettings write_lane_settings(const config::Config& config);
[[nodiscard]] storage::LaneSettings read_lane_settings(const config::Config& config);
/// As many as for other reads. A list may be of any size of table, and must not make other reads
/// wait.
[[nodiscard]] storage::LaneSettings list_lane_settings(const config::Config& config);
/// For whoever asks whether the service is ready: an answer soon, whatever else waits.
[[nodiscard]] storage::LaneSettings ready_lane_settings(const config::Config& config);
/// For work that nobody waits for, and that must not make anybody wait.
[[nodiscard]] storage::LaneSettings upkeep_lane_settings(const config::Config& config);
[[nodiscard]] engine::Policy engine_policy(const config::Config& config);
[[nodiscard]] payments::PaymentRouteSettings payment_route_settings(const config::Config& config);

}  // namespace remit::app
