#include <chrono>

#include "checks.hpp"
#include "mask.hpp"
#include "remit/config/config.hpp"
#include "setting.hpp"

namespace remit::config {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kLargestBody = 64LL * 1024 * 1024;
constexpr std::int64_t kHundredPercent = 10'000'000'000;
/// Provider fees are configured in hundredths of a major unit and stored scaled by 10^8.
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
  return {{"below", Decimal{&tier.below_major, 0, 1},
           "The tier is for amounts below this many major units; the last tier has none. "
           "Default tiers: 2.9 % and 0.30 below 100, 2.5 % and 0.50 below 1000, else 2 % and "
           "1.00."},
          {"percent", Decimal{&tier.fee.percent_scaled, FeeSchedule::kScale, 0, kHundredPercent},
           "Share of the amount.", true},
          {"fixed", Decimal{&tier.fee.fixed_scaled, FeeSchedule::kScale, 0},
           "Fixed part, in major units."}};
}

Settings fee_settings(FeeSchedule& fee) {
  return {{"percent", Decimal{&fee.percent_scaled, FeeSchedule::kScale, 0, kHundredPercent},
           "Share of the amount. A ramp's own `GET /fees`, once read, replaces it."},
          {"fixed", Integer{&fee.fixed_scaled, 0, kMany * 100, kHundredth},
           "Fixed part, in hundredths of a major unit."}};
}

Settings breaker_settings(BreakerConfig& breaker) {
  return {{"window", Time{&breaker.window, kInstant, kDay},
           "How far back calls count for the failure rate."},
          {"min_calls", Integer{&breaker.min_calls, 1, kMany},
           "With fewer calls in the window the breaker stays closed."},
          {"failure_rate", Decimal{&breaker.failure_rate_millionths, 6, 1, 1'000'000},
           "Share of failed calls at which the breaker opens and nothing is sent."},
          {"open_for", Time{&breaker.open_for, kInstant, kDay},
           "How long it stays open before it lets trials through."},
          {"half_open_calls", Integer{&breaker.half_open_calls, 1, kMany},
           "This many trials must all succeed before it closes."}};
}

Settings provider_settings(ProviderConfig& provider) {
  return {{"kind", choice_of(&provider.kind, {"processor", "onramp", "offramp", "chain", "rates"}),
           "What it does; `chain` is accepted, but not used by this version.", true},
          {"name", Text{&provider.name, check_name},
           "Its name in answers and logs, once for each kind: at most 64 letters, digits, `-`, `_` "
           "and `.`.",
           true},
          {"role", choice_of(&provider.role, {"default", "fallback"}),
           "Of two with the same cost, `default` is preferred."},
          {"url", Text{&provider.url, check_provider_url},
           "`http` or `https`, a host, and optionally a port and a path; no user, query or "
           "fragment.",
           true},
          {"timeout", Time{&provider.timeout, kInstant, kDay},
           "How long a call may take; shorter than `engine.lease`."},
          {"health_interval", Time{&provider.health_interval, kInstant, kDay},
           "How often all instances together ask it for its health."},
          idle({"admin_token", Text{&provider.admin_token, check_header_value, mask_all}}),
          {"fee", Section{fee_settings(provider.fee)}},
          {"breaker", Section{breaker_settings(provider.breaker)}}};
}

Settings server_settings(ServerConfig& server) {
  return {{"listen", Texts{&server.listen, check_listen_address},
           "Addresses to listen on: an IP address with a port, or `unix:` with an absolute path."},
          {"metrics_listen", Text{&server.metrics_listen, check_optional_listen_address},
           "Where `/metrics` alone is answered, without a key; empty: on `listen`, for admins."},
          {"reuse_port", Boolean{&server.reuse_port},
           "Lets several processes listen on the same port; the kernel shares connections out."},
          {"max_connections", Integer{&server.max_connections, 1, kMany},
           "Open connections of clients."},
          {"max_body_bytes", Integer{&server.max_body_bytes, 1024, kLargestBody},
           "The largest request body; a larger one is refused with 413."},
          {"header_timeout", Time{&server.header_timeout, kInstant, kDay},
           "How long the header of a request may take, from its first byte on."},
          {"idle_timeout", Time{&server.idle_timeout, kInstant, kDay},
           "How long a connection may be kept open between requests."},
          {"drain_timeout", Time{&server.drain_timeout, 0s, kDay},
           "How long a stop waits for requests that are being answered."},
          {"ready_drain", Time{&server.ready_drain, 0s, kDay},
           "How long a stop waits before it closes the port, while `/readyz` answers 503."},
          {"cors_origins", Texts{&server.cors_origins, check_origin, true},
           "Origins that a browser may call from, such as `https://console.example.com`, or `*`."}};
}

Settings database_settings(DatabaseConfig& database) {
  return {
      {"url", Text{&database.url, check_not_empty, mask_database_password},
       "PostgreSQL, as libpq writes it: a URI or `key=value` words."},
      {"password_file", Text{&database.password_file},
       "A file whose first line is the password, instead of one in `url`; read at start."},
      {"write_lanes", Integer{&database.write_lanes, 1, 256}, "Connections that write."},
      {"read_lanes", Integer{&database.read_lanes, 1, 256}, "Connections that only read."},
      {"max_batch", Integer{&database.max_batch, 1, 10'000}, "Most commands in one transaction."},
      {"queue_limit", Integer{&database.queue_limit, 1, 10 * kMany},
       "Commands that may wait for a connection; beyond it requests get 503."},
      {"plan_cache", choice_of(&database.plan_cache, {"generic", "auto"}),
       "`generic`: a connection plans each statement once; `auto`: as often as PostgreSQL thinks "
       "best, for databases whose planner needs to know the values."},
      {"migrate", Boolean{&database.migrate},
       "Whether `serve` applies pending migrations; otherwise run `remitd migrate`."}};
}

Settings auth_settings(AuthConfig& auth) {
  return {
      {"mode", choice_of(&auth.mode, {"keys", "none"}),
       "Who may call. `keys`: those who show an API key (`remitd keys create`); `none`: all who "
       "reach the port, as the tenant `default` and with every scope."},
      {"allow_open", Boolean{&auth.allow_open},
       "Allows `mode = \"none\"` on an address that is not loopback."}};
}

Settings limits_settings(LimitsConfig& limits) {
  return {
      {"requests_per_second", Integer{&limits.requests_per_second, 0, kMany},
       "How many requests a key may send on average, if it has no limit of its own; 0: no limit. "
       "Beyond it requests get 429."},
      {"burst", Integer{&limits.burst, 0, kMany},
       "How many of them may come at once; 0: as many as in a second. Only with "
       "`requests_per_second`."},
      {"instances", Integer{&limits.instances, 1, 1000},
       "How many instances share the requests: each gives an even part of every limit, those "
       "on payments in flight included."}};
}

Settings charge_settings(ChargeConfig& charge) {
  return {
      {"currency", choice_of(&charge.currency, {"USD", "EUR", "GBP", "JPY", "AUD", "CAD", "BRL"}),
       "The currency of every charge."},
      {"allow_purge", Boolean{&charge.allow_purge},
       "Whether `POST /purge-payments` removes all charges while `auth.mode` is `none`; else it is "
       "404. With keys it needs the scope `admin` instead. For load tests."},
      {"concurrency", Integer{&charge.concurrency, 1, kMany},
       "Charges in progress at a time, and calls to one processor."},
      {"deadline", Time{&charge.deadline, 0s, 30 * kDay},
       "A charge may wait for the cheapest processor for two thirds of this; 0s: it does not "
       "wait."},
      {"cut_off", Text{&charge.cut_off, check_time_of_day},
       "A time of day in UTC, as `17:00:00`, by which charges that wait for the cheapest "
       "processor are processed anyway; empty: there is none."},
      {"latency_budget", Time{&charge.latency_budget, 0s, kDay},
       "A processor that usually takes longer is left out while another one does not; 0s: none "
       "is."}};
}

Settings engine_settings(EngineConfig& engine) {
  return {{"poll_interval", Time{&engine.poll_interval, kInstant, kDay},
           "How often a ramp is asked whether a transfer has settled."},
          {"settlement_deadline", Time{&engine.settlement_deadline, kInstant, 30 * kDay},
           "After this time without settlement a payment is parked, and its provider is asked "
           "less often."},
          {"lease", Time{&engine.lease, 100ms, kDay},
           "How long an instance may work on a payment before another one may take it over."},
          {"max_attempts", Integer{&engine.max_attempts, 1, kMany},
           "Refusals for a temporary reason before a payment is parked."},
          {"backoff_min", Time{&engine.backoff_min, kInstant, kDay},
           "The first pause before another attempt; each further one is longer."},
          {"backoff_max", Time{&engine.backoff_max, kInstant, kDay},
           "The longest pause before another attempt."},
          {"concurrency", Integer{&engine.concurrency, 1, kMany},
           "Conversions in progress at a time, and calls to one ramp."}};
}

Settings quotes_settings(QuotesConfig& quotes) {
  return {{"valid_for", Time{&quotes.valid_for, kInstant, kDay}, "How long a quote is valid."},
          {"platform_fee", tables_of(&quotes.platform_fee, tier_settings),
           "The service's own fee, by the size of the amount in its source currency."}};
}

Settings wallets_settings(WalletsConfig& wallets) {
  return {{"settle_batch", Integer{&wallets.settle_batch, 50, 100'000},
           "Most transactions between wallets that are ended in one of the database."}};
}

Settings ledger_settings(LedgerConfig& ledger) {
  return {
      {"checkpoint_interval", Time{&ledger.checkpoint_interval, 100ms, kDay},
       "How long after a checkpoint of a tenant's ledger the next one is made, at the earliest."}};
}

Settings events_settings(EventsConfig& events) {
  return {{"keep", Time{&events.keep, kDay, 3660 * kDay},
           "How long events can be read, at least: they are removed by the month."},
          {"websocket_queue", Integer{&events.websocket_queue, 10, 1'000'000},
           "How many events a consumer of /ws may be behind before it is closed."}};
}

Settings webhooks_settings(WebhooksConfig& webhooks) {
  return {
      {"key_file", Text{&webhooks.key_file},
       "A file with the keys that the secrets of endpoints are encrypted with, each 32 bytes in "
       "base64 (`openssl rand -base64 32`): the first encrypts, all of them decrypt. Read at "
       "start; without keys no endpoint can be made."},
      {"key", Text{&webhooks.key, check_key_list, mask_all},
       "The keys themselves, instead of a file; several with commas in between."},
      {"allow_private_networks", Boolean{&webhooks.allow_private_networks},
       "Whether endpoints may have `http` and addresses that are not public, for closed "
       "networks."},
      {"timeout", Time{&webhooks.timeout, kInstant, 1min},
       "How long an endpoint may take to answer."},
      {"schedule", Times{&webhooks.schedule},
       "When each delivery is tried, from the event on, in ascending order; the pauses are "
       "shortened or lengthened by up to a tenth. After the last attempt it is a dead letter."}};
}

Settings reconciliation_settings(ReconciliationConfig& reconciliation) {
  return {{"interval", Time{&reconciliation.interval, kInstant, 30 * kDay},
           "How long after wallets were compared with their entries they are compared again."}};
}

}  // namespace

Settings settings_of(Config& config) {
  return {
      {"server", Section{server_settings(config.server)}},
      {"database", Section{database_settings(config.database)}},
      {"auth", Section{auth_settings(config.auth)}},
      {"idempotency",
       Section{
           {{"on_duplicate", choice_of(&config.idempotency.on_duplicate, {"replay", "conflict"}),
             "What a request with a used key gets: the stored answer again, or 409."}}}},
      {"limits", Section{limits_settings(config.limits)}},
      {"charge", Section{charge_settings(config.charge)}},
      {"engine", Section{engine_settings(config.engine)}},
      {"quotes", Section{quotes_settings(config.quotes)}},
      {"rates", Section{{{"max_age", Time{&config.rates.max_age, kInstant, kDay},
                          "An exchange rate older than this is not used."}}}},
      {"events", Section{events_settings(config.events)}},
      {"wallets", Section{wallets_settings(config.wallets)}},
      {"ledger", Section{ledger_settings(config.ledger)}},
      {"webhooks", Section{webhooks_settings(config.webhooks)}},
      {"reconciliation", Section{reconciliation_settings(config.reconciliation)}},
      {"log", Section{{{"level", word_of(&config.log.level, {"debug", "info", "warn", "error"}),
                        "The least important lines that are written."},
                       {"format", word_of(&config.log.format, {"json", "text"}),
                        "One JSON object a line, or plain text."},
                       {"access", Boolean{&config.log.access},
                        "Whether each request has its line, at `info`."}}}},
      {"compatibility",
       Section{{{"optional_keys", Boolean{&config.compatibility.optional_keys},
                 "Whether a `POST` without an `Idempotency-Key` gets one made for it. Sent again, "
                 "it is another payment."},
                {"bare_lists", Boolean{&config.compatibility.bare_lists},
                 "Whether lists are bare arrays, with the next page in `Link`."}}}},
      {"provider", tables_of(&config.providers, provider_settings),
       "The services that execute payments and provide rates; see [providers.md](providers.md)."},
  };
}

}  // namespace remit::config
