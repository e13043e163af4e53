#include "settings.hpp"

#include "remit/storage/conninfo.hpp"

namespace remit::app {
namespace {

std::chrono::milliseconds milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

constexpr std::int64_t kListsWaiting = 64;
/// That connections are kept for: as many as may be sent something at the same time.
constexpr std::size_t kWebhookEndpoints = 256;
constexpr std::size_t kLargeEvent = 16'384;

storage::LaneSettings lane_settings(const config::Config& config) {
  storage::LaneSettings settings;
  settings.url = database_url(config);
  settings.max_batch = config.database.max_batch;
  settings.queue_limit = config.database.queue_limit;
  settings.plans_once = config.database.plan_cache == config::PlanCache::generic;
  return settings;
}

storage::LaneSettings write_lanes(const config::Config& config) {
  storage::LaneSettings settings = lane_settings(config);
  settings.name = "remitd write";
  settings.lanes = config.database.write_lanes;
  return settings;
}

storage::LaneSettings read_lanes(const config::Config& config) {
  storage::LaneSettings settings = lane_settings(config);
  settings.name = "remitd read";
  settings.lanes = config.database.read_lanes;
  settings.read_only = true;
  return settings;
}

// As many as for other reads. A list may read a large table, and must not delay other reads.
storage::LaneSettings list_lanes(const config::Config& config) {
  storage::LaneSettings settings = read_lanes(config);
  settings.name = "remitd list";
  settings.statement_timeout = std::chrono::seconds(3);
  settings.max_batch = 1;  // each list is its own statement, so that none waits for another
  // Their answers are large: as many at a time as the loop writes within a moment.
  settings.queue_limit = std::min<std::int64_t>(settings.queue_limit, kListsWaiting);
  return settings;
}

// An answer soon, whatever else waits.
storage::LaneSettings ready_lanes(const config::Config& config) {
  storage::LaneSettings settings = lane_settings(config);
  settings.name = "remitd ready";
  settings.lanes = 1;
  settings.read_only = true;
  settings.statement_timeout = std::chrono::seconds(1);
  settings.grace = std::chrono::seconds(1);
  settings.queue_timeout = std::chrono::seconds(2);
  return settings;
}

storage::LaneSettings upkeep_lanes(const config::Config& config) {
  storage::LaneSettings settings = lane_settings(config);
  settings.name = "remitd upkeep";
  settings.lanes = 1;
  return settings;
}

engine::Policy engine_policy(const config::Config& config) {
  const auto cut_off = config.charge.cut_off.empty()
                           ? std::nullopt
                           : std::optional(*parse_time_of_day(config.charge.cut_off));
  return {.poll_interval = config.engine.poll_interval,
          .settlement_deadline = config.engine.settlement_deadline,
          .backoff_min = config.engine.backoff_min,
          .backoff_max = config.engine.backoff_max,
          .max_attempts = config.engine.max_attempts,
          .cost_deadline = {.deadline = config.charge.deadline,
                            .cut_off = cut_off,
                            .latency_budget = config.charge.latency_budget}};
}

}  // namespace

std::string database_url(const config::Config& config) {
  const config::DatabaseConfig& database = config.database;
  return database.password.empty() ? database.url
                                   : storage::with_password(database.url, database.password);
}

net::ServerSettings server_settings(const config::Config& config) {
  net::ServerSettings settings;
  settings.listen = config.server.listen;
  settings.reuse_port = config.server.reuse_port;
  settings.max_connections = static_cast<std::size_t>(config.server.max_connections);
  settings.max_body_bytes = static_cast<std::size_t>(config.server.max_body_bytes);
  settings.header_timeout = milliseconds(config.server.header_timeout);
  settings.idle_timeout = milliseconds(config.server.idle_timeout);
  settings.cors_origins = config.server.cors_origins;
  settings.log_access = config.log.access;
  settings.optional_keys = config.compatibility.optional_keys;
  settings.bare_lists = config.compatibility.bare_lists;
  return settings;
}

net::ServerSettings metrics_server_settings(const config::Config& config) {
  net::ServerSettings settings;
  settings.listen = {config.server.metrics_listen};
  settings.max_connections = kMetricsConnections;
  return settings;
}

storage::PostgresDatabase::Settings database_settings(
    const config::Config& config, const std::function<void()>& on_schema_doubt) {
  storage::PostgresDatabase::Settings settings{.write = write_lanes(config),
                                               .read = read_lanes(config),
                                               .list = list_lanes(config),
                                               .ready = ready_lanes(config),
                                               .upkeep = upkeep_lanes(config)};
  // A look at the schema need not ask for another.
  for (auto* lanes : {&settings.write, &settings.read, &settings.list, &settings.upkeep}) {
    lanes->on_schema_doubt = on_schema_doubt;
  }
  return settings;
}

ServiceSettings service_settings(const config::Config& config) {
  return {.providers = config.providers,
          .charge_concurrency = config.charge.concurrency,
          .conversion_concurrency = config.engine.concurrency,
          .engine = {.policy = engine_policy(config), .lease = config.engine.lease},
          .quotes = config.quotes,
          .rates = {.max_age = config.rates.max_age},
          .sequencer = {.keep = config.events.keep},
          .settler = {.most = config.wallets.settle_batch}};
}

books::CheckpointSettings checkpoint_settings(const config::Config& config) {
  return {.interval = config.ledger.checkpoint_interval};
}

auth::RateLimits::Settings limit_settings(const config::Config& config) {
  const config::LimitsConfig& limits = config.limits;
  return {.usual = {.per_second = limits.requests_per_second, .burst = limits.burst},
          .instances = limits.instances};
}

net::WebSocketSettings web_socket_settings(const config::Config& config) {
  net::WebSocketSettings settings;
  settings.max_queued_messages = static_cast<std::size_t>(config.events.websocket_queue);
  // Bodies are shared by all who wait for them: together they keep what the slowest has not read.
  settings.max_queued_bytes = settings.max_queued_messages * kLargeEvent;
  return settings;
}

payments::PaymentRouteSettings payment_route_settings(const config::Config& config) {
  const bool has_keys = config.auth.mode == config::AuthMode::keys;
  return {.charge_currency = config.charge.currency,
          // A key with the scope admin may remove its tenant's charges (docs/api.md).
          .allow_purge = has_keys || config.charge.allow_purge,
          .always_strict = config.idempotency.on_duplicate == config::OnDuplicate::conflict};
}

webhooks::KeyRing webhook_keys(const config::Config& config) {
  return webhooks::KeyRing::parse(config.webhooks.keys).value();
}

webhooks::EndpointSettings endpoint_settings(const config::Config& config) {
  return {.allow_private_networks = config.webhooks.allow_private_networks};
}

webhooks::SenderSettings sender_settings(const config::Config& config) {
  return {.timeout = config.webhooks.timeout,
          .allow_private_networks = config.webhooks.allow_private_networks,
          .max_endpoints = kWebhookEndpoints,
          .ca_file = {}};
}

webhooks::CourierSettings courier_settings(const config::Config& config) {
  return {.schedule = config.webhooks.schedule,
          .timeout = config.webhooks.timeout,
          .instances = config.limits.instances};
}

}  // namespace remit::app
