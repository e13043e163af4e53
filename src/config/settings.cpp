#include "settings.hpp"

#include <chrono>

#include "checks.hpp"
#include "mask.hpp"

namespace remit::config {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kLargestBody = 64LL * 1024 * 1024;
constexpr std::int64_t kHundredPercent = 10'000'000'000;
/// Provider fees are told in hundredths of a major unit, stored scaled by 10^8.
constexpr std::int64_t kHundredth = 1'000'000;
constexpr Duration kInstant = 1ms;
constexpr Duration kDay = 24h;

Choice word_of(std::string* to, std::vector<std::string_view> words) {
  const auto set = [to, words](std::size_t i) { *to = words[i]; };
  const auto get = [to, words] {
    std::size_t i = 0;
    while (i + 1 < words.size() && words[i] != *to) ++i;
    return i;
  };
  return {words, set, get};
}

/// One table for each element of an array, whatever it is an array of.
template <class Element>
Tables tables_of(std::vector<Element>* to, Settings (*settings_of_element)(Element&)) {
  const auto all = [to, settings_of_element] {
    std::vector<Settings> tables;
    for (Element& element : *to) tables.push_back(settings_of_element(element));
    return tables;
  };
  return {[to] { to->clear(); },
          [to, settings_of_element] { return settings_of_element(to->emplace_back()); }, all};
}

Settings tier_settings(FeeTier& tier) {
  return {
      {"below", Decimal{&tier.below_major, 0, 1}},
      {"percent", Decimal{&tier.fee.percent_scaled, FeeSchedule::kScale, 0, kHundredPercent}, true},
      {"fixed", Decimal{&tier.fee.fixed_scaled, FeeSchedule::kScale, 0}}};
}

Settings fee_settings(FeeSchedule& fee) {
  return {{"percent", Decimal{&fee.percent_scaled, FeeSchedule::kScale, 0, kHundredPercent}},
          {"fixed", Integer{&fee.fixed_scaled, 0, kMany * 100, kHundredth}}};
}

Settings breaker_settings(BreakerConfig& breaker) {
  return {{"window", Time{&breaker.window, kInstant, kDay}},
          {"min_calls", Integer{&breaker.min_calls, 1, kMany}},
          {"failure_rate", Decimal{&breaker.failure_rate_millionths, 6, 1, 1'000'000}},
          {"open_for", Time{&breaker.open_for, kInstant, kDay}},
          {"half_open_calls", Integer{&breaker.half_open_calls, 1, kMany}}};
}

Settings provider_settings(ProviderConfig& provider) {
  return {{"kind", choice_of(&provider.kind, {"processor", "onramp", "offramp", "chain", "rates"}),
           true},
          {"name", Text{&provider.name, check_name}, true},
          {"role", choice_of(&provider.role, {"default", "fallback"})},
          {"url", Text{&provider.url, check_provider_url}, true},
          {"timeout", Time{&provider.timeout, kInstant, kDay}},
          {"health_interval", Time{&provider.health_interval, kInstant, kDay}},
          {"admin_token", Text{&provider.admin_token, check_header_value, mask_all}},
          {"fee", Section{fee_settings(provider.fee)}},
          {"breaker", Section{breaker_settings(provider.breaker)}}};
}

Settings server_settings(ServerConfig& server) {
  return {{"listen", Texts{&server.listen, check_listen_address}},
          {"reuse_port", Boolean{&server.reuse_port}},
          {"max_connections", Integer{&server.max_connections, 1, kMany}},
          {"max_body_bytes", Integer{&server.max_body_bytes, 1024, kLargestBody}},
          {"header_timeout", Time{&server.header_timeout, kInstant, kDay}},
          {"idle_timeout", Time{&server.idle_timeout, kInstant, kDay}},
          {"drain_timeout", Time{&server.drain_timeout, 0s, kDay}},
          {"cors_origins", Texts{&server.cors_origins, check_origin, true}}};
}

Settings database_settings(DatabaseConfig& database) {
  return {{"url", Text{&database.url, check_not_empty, mask_database_password}},
          {"write_lanes", Integer{&database.write_lanes, 1, 256}},
          {"read_lanes", Integer{&database.read_lanes, 1, 256}},
          {"max_batch", Integer{&database.max_batch, 1, 10'000}},
          {"queue_limit", Integer{&database.queue_limit, 1, 10 * kMany}},
          {"migrate", Boolean{&database.migrate}}};
}

Settings charge_settings(ChargeConfig& charge) {
  return {
      {"currency", choice_of(&charge.currency, {"USD", "EUR", "GBP", "JPY", "AUD", "CAD", "BRL"})},
      {"allow_purge", Boolean{&charge.allow_purge}},
      {"concurrency", Integer{&charge.concurrency, 1, kMany}},
      {"deadline", Time{&charge.deadline, 0s, 30 * kDay}},
      {"cut_off", Text{&charge.cut_off, check_time_of_day}},
      {"latency_budget", Time{&charge.latency_budget, 0s, kDay}}};
}

Settings engine_settings(EngineConfig& engine) {
  return {{"poll_interval", Time{&engine.poll_interval, kInstant, kDay}},
          {"settlement_deadline", Time{&engine.settlement_deadline, kInstant, 30 * kDay}},
          {"lease", Time{&engine.lease, 100ms, kDay}},
          {"max_attempts", Integer{&engine.max_attempts, 1, kMany}},
          {"backoff_min", Time{&engine.backoff_min, kInstant, kDay}},
          {"backoff_max", Time{&engine.backoff_max, kInstant, kDay}},
          {"concurrency", Integer{&engine.concurrency, 1, kMany}}};
}

Settings quotes_settings(QuotesConfig& quotes) {
  return {{"valid_for", Time{&quotes.valid_for, kInstant, kDay}},
          {"platform_fee", tables_of(&quotes.platform_fee, tier_settings)}};
}

Settings webhooks_settings(WebhooksConfig& webhooks) {
  return {{"allow_private_networks", Boolean{&webhooks.allow_private_networks}},
          {"timeout", Time{&webhooks.timeout, kInstant, kDay}},
          {"schedule", Times{&webhooks.schedule}}};
}

}  // namespace

Settings settings_of(Config& config) {
  return {
      {"server", Section{server_settings(config.server)}},
      {"database", Section{database_settings(config.database)}},
      {"auth", Section{{{"mode", choice_of(&config.auth.mode, {"keys", "none"})},
                        {"allow_open", Boolean{&config.auth.allow_open}}}}},
      {"idempotency", Section{{{"on_duplicate", choice_of(&config.idempotency.on_duplicate,
                                                          {"replay", "conflict"})}}}},
      {"limits",
       Section{{{"requests_per_second", Integer{&config.limits.requests_per_second, 0, kMany}},
                {"burst", Integer{&config.limits.burst, 0, kMany}}}}},
      {"charge", Section{charge_settings(config.charge)}},
      {"engine", Section{engine_settings(config.engine)}},
      {"quotes", Section{quotes_settings(config.quotes)}},
      {"rates", Section{{{"max_age", Time{&config.rates.max_age, kInstant, kDay}}}}},
      {"webhooks", Section{webhooks_settings(config.webhooks)}},
      {"reconciliation",
       Section{{{"interval", Time{&config.reconciliation.interval, kInstant, 30 * kDay}}}}},
      {"log", Section{{{"level", word_of(&config.log.level, {"debug", "info", "warn", "error"})},
                       {"format", word_of(&config.log.format, {"json", "text"})}}}},
      {"provider", tables_of(&config.providers, provider_settings)},
  };
}

}  // namespace remit::config
