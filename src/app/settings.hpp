// The configuration, as each module takes it. Pure.
#pragma once

#include <functional>
#include <string>

#include "remit/app/services.hpp"
#include "remit/auth/rate_limits.hpp"
#include "remit/books/checkpointer.hpp"
#include "remit/config/config.hpp"
#include "remit/net/server.hpp"
#include "remit/payments/payment_routes.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/webhooks/courier.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/sender.hpp"

namespace remit::app {

/// Of those who read `/metrics` at an address of its own.
inline constexpr std::size_t kMetricsConnections = 16;

/// `database.url` with the password that `database.password_file` held.
[[nodiscard]] std::string database_url(const config::Config& config);
[[nodiscard]] net::ServerSettings server_settings(const config::Config& config);
/// Of the server for `/metrics` alone; without an address there is none.
[[nodiscard]] net::ServerSettings metrics_server_settings(const config::Config& config);
/// `on_schema_doubt`: see LaneSettings.
[[nodiscard]] storage::PostgresDatabase::Settings database_settings(
    const config::Config& config, const std::function<void()>& on_schema_doubt);
[[nodiscard]] ServiceSettings service_settings(const config::Config& config);
[[nodiscard]] books::CheckpointSettings checkpoint_settings(const config::Config& config);
[[nodiscard]] auth::RateLimits::Settings limit_settings(const config::Config& config);
[[nodiscard]] net::WebSocketSettings web_socket_settings(const config::Config& config);
[[nodiscard]] payments::PaymentRouteSettings payment_route_settings(const config::Config& config);
/// Of keys that were checked when they were read.
[[nodiscard]] webhooks::KeyRing webhook_keys(const config::Config& config);
[[nodiscard]] webhooks::EndpointSettings endpoint_settings(const config::Config& config);
[[nodiscard]] webhooks::SenderSettings sender_settings(const config::Config& config);
[[nodiscard]] webhooks::CourierSettings courier_settings(const config::Config& config);

}  // namespace remit::app
