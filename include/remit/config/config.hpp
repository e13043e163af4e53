// Every setting of remitd, typed, with its default. Read once at start (load.hpp) and immutable
// after, so any thread may read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/provider_kind.hpp"
#include "remit/base/time.hpp"

namespace remit::config {

struct ServerConfig {
  std::vector<std::string> listen = {"127.0.0.1:9999"};
  /// Where `/metrics` alone is answered, without a key. Empty: on `listen`, to administrators.
  std::string metrics_listen;
  bool reuse_port = false;
  std::int64_t max_connections = 10'000;
  std::int64_t max_body_bytes = 65'536;
  Duration header_timeout = std::chrono::seconds(5);
  Duration idle_timeout = std::chrono::seconds(60);
  Duration drain_timeout = std::chrono::seconds(10);
  /// How long `/readyz` answers 503 before listening ends; everything else is served as usual.
  Duration ready_drain{0};
  std::vector<std::string> cors_origins;
};

/// Whether a prepared statement is planned once, or as PostgreSQL thinks best.
enum class PlanCache : std::uint8_t { generic, automatic };
struct DatabaseConfig {
  std::string url = "postgresql:///remit";
  std::string url_origin;  ///< where `url` was set, for messages; not a setting
  std::string password_file;
  std::string password;  ///< what the file held at start; not a setting, and never printed
  std::int64_t write_lanes = 3;
  std::int64_t read_lanes = 2;
  std::int64_t max_batch = 512;
  std::int64_t queue_limit = 20'000;
  PlanCache plan_cache = PlanCache::generic;
  bool migrate = true;
};

enum class AuthMode : std::uint8_t { keys, none };
struct AuthConfig {
  AuthMode mode = AuthMode::keys;
  /// Whether mode `none` may listen where other machines reach it.
  bool allow_open = false;
};

enum class OnDuplicate : std::uint8_t { replay, conflict };
struct IdempotencyConfig {
  OnDuplicate on_duplicate = OnDuplicate::replay;
};

struct LimitsConfig {
  std::int64_t requests_per_second = 0;
  std::int64_t burst = 0;
  std::int64_t instances = 1;
};

struct ChargeConfig {
  Currency currency = Currency::BRL;
  bool allow_purge = false;
  std::int64_t concurrency = 512;
  /// By when a charge must be processed: this long after its acceptance, and by this time of day
  /// ("17:00:00", UTC). Zero and empty: no limit, and nothing waits for a cheaper processor.
  Duration deadline{0};
  std::string cut_off;
  /// A processor that usually takes longer is left out while another does not. Zero: none is.
  Duration latency_budget{0};
};

struct EngineConfig {
  Duration poll_interval = std::chrono::seconds(30);
  Duration settlement_deadline = std::chrono::hours(2);
  Duration lease = std::chrono::seconds(30);
  std::int64_t max_attempts = 8;
  Duration backoff_min = std::chrono::milliseconds(200);
  Duration backoff_max = std::chrono::seconds(60);
  std::int64_t concurrency = 512;
};

/// Applies to amounts below `below_major` major units of the source currency; the last tier has no
/// upper bound.
struct FeeTier {
  std::int64_t below_major = 0;  ///< 0: no upper bound
  FeeSchedule fee;
};

struct QuotesConfig {
  Duration valid_for = std::chrono::seconds(60);
  /// `[[quotes.platform_fee]]` with `below`, `percent`, `fixed` (major units, as
  /// text).
  std::vector<FeeTier> platform_fee = {{100, {290'000'000, 30'000'000}},
                                       {1000, {250'000'000, 50'000'000}},
                                       {0, {200'000'000, 100'000'000}}};
};

struct RatesConfig {
  Duration max_age = std::chrono::seconds(60);
};

struct WebhooksConfig {
  std::string key_file;
  std::string key;
  /// What one of them held at start, for parse_key_list; not a setting, and never printed.
  std::string keys;
  bool allow_private_networks = false;
  Duration timeout = std::chrono::seconds(15);
  /// When each delivery is tried, from the event on.
  std::vector<Duration> schedule = {std::chrono::seconds(0), std::chrono::seconds(5),
                                    std::chrono::minutes(5), std::chrono::minutes(30),
                                    std::chrono::hours(2),   std::chrono::hours(5),
                                    std::chrono::hours(10),  std::chrono::hours(14),
                                    std::chrono::hours(20),  std::chrono::hours(24)};
};

struct EventsConfig {
  Duration keep = std::chrono::days(30);
  std::int64_t websocket_queue = 1'000;  ///< events that a consumer may be behind
};

struct WalletsConfig {
  std::int64_t settle_batch = 20'000;  ///< due transactions that are ended in one transaction
};

struct LedgerConfig {
  Duration checkpoint_interval = std::chrono::seconds(10);
};

struct ReconciliationConfig {
  Duration interval = std::chrono::minutes(20);
};

struct LogConfig {
  std::string level = "info";
  std::string format = "json";
  bool access = false;
};

/// For clients of simpler services.
struct CompatibilityConfig {
  bool optional_keys = false;
  bool bare_lists = false;
};

struct BreakerConfig {
  Duration window = std::chrono::seconds(10);
  std::int64_t min_calls = 20;
  /// Scaled by 10^6: 0.5 is 500'000.
  std::int64_t failure_rate_millionths = 500'000;
  Duration open_for = std::chrono::seconds(5);
  std::int64_t half_open_calls = 3;
};

struct ProviderConfig {
  ProviderKind kind = ProviderKind::processor;
  std::string name;
  ProviderRole role = ProviderRole::default_;
  std::string url;
  Duration timeout = std::chrono::seconds(10);
  Duration health_interval = std::chrono::seconds(5);
  std::string admin_token;
  /// `fee = { percent = "5.0", fixed = 0 }`; fixed in hundredths of a major unit. For ramps the
  /// provider's own `GET /fees`, once read, wins.
  FeeSchedule fee;
  BreakerConfig breaker;
};

struct Config {
  std::string file;  ///< the file that was read; empty: none
  ServerConfig server;
  DatabaseConfig database;
  AuthConfig auth;
  IdempotencyConfig idempotency;
  LimitsConfig limits;
  ChargeConfig charge;
  EngineConfig engine;
  QuotesConfig quotes;
  RatesConfig rates;
  EventsConfig events;
  WalletsConfig wallets;
  LedgerConfig ledger;
  WebhooksConfig webhooks;
  ReconciliationConfig reconciliation;
  LogConfig log;
  CompatibilityConfig compatibility;
  std::vector<ProviderConfig> providers;
};

}  // namespace remit::config
