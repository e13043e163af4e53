#include "combinations.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "checks.hpp"

namespace remit::config {
namespace {

constexpr std::size_t kMostAttempts = 50;

Duration round_up_to_minutes(Duration duration) {
  return std::chrono::ceil<std::chrono::minutes>(duration);
}

std::string provider_key(std::size_t index, std::string_view name) {
  return "provider[" + std::to_string(index) + "]." + std::string(name);
}

void check_providers(const Config& config, const Origins& origins, Faults& faults) {
  std::set<std::pair<ProviderKind, std::string>> seen;
  for (std::size_t i = 0; i < config.providers.size(); ++i) {
    const ProviderConfig& provider = config.providers[i];
    if (!provider.name.empty() && !seen.emplace(provider.kind, provider.name).second) {
      const std::string key = provider_key(i, "name");
      faults.add(
          origins.of(key), key,
          "there is another " + std::string(to_string(provider.kind)) + " called " + provider.name);
    }
    if (provider.timeout >= config.engine.lease) {
      const std::string key = provider_key(i, "timeout");
      faults.add(origins.of(key), key,
                 "must be shorter than engine.lease (" + remit::to_string(config.engine.lease) +
                     ", " + origins.of("engine.lease") + "), is " +
                     remit::to_string(provider.timeout) +
                     ": a call that outlives its lease may be repeated by another instance");
    }
  }
}

void check_tiers(const QuotesConfig& quotes, const Origins& origins, Faults& faults) {
  const std::string key = "quotes.platform_fee";
  const std::vector<FeeTier>& tiers = quotes.platform_fee;
  if (tiers.empty() || tiers.back().below_major != 0) {
    faults.add(origins.of(key), key, "the last tier must have no `below`");
  }
  for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
    const std::int64_t before = i == 0 ? 0 : tiers[i - 1].below_major;
    if (tiers[i].below_major > before) continue;
    faults.add(origins.of(key), key,
               "each tier but the last must have a `below` above that of the tier before it");
    return;
  }
}

void check_metrics(const ServerConfig& server, const Origins& origins, Faults& faults) {
  if (server.metrics_listen.empty()) return;
  const std::string key = "server.metrics_listen";
  for (const std::string& listen : server.listen) {
    if (!listen_addresses_collide(listen, server.metrics_listen)) continue;
    faults.add(origins.of(key), key,
               server.metrics_listen + " is taken by server.listen (" + listen + ", " +
                   origins.of("server.listen") + ")");
    return;
  }
}

void check_limits(const LimitsConfig& limits, const Origins& origins, Faults& faults) {
  if (limits.burst == 0 || limits.requests_per_second > 0) return;
  const std::string rate = "limits.requests_per_second";
  faults.add(origins.of("limits.burst"), "limits.burst",
             "has no effect without " + rate + ", which is 0 (" + origins.of(rate) + ")");
}

void check_openness(const Config& config, const Origins& origins, Faults& faults) {
  if (config.auth.mode != AuthMode::none || config.auth.allow_open) return;
  const std::string key = "server.listen";
  for (const std::string& listen : config.server.listen) {
    if (!is_open_to_the_network(listen)) continue;
    faults.add(origins.of(key), key,
               listen +
                   " is not loopback, and with auth.mode = \"none\" everybody who reaches it may "
                   "move money: listen on 127.0.0.1, [::1] or a unix socket, or allow it with "
                   "auth.allow_open = true");
  }
}

/// What an endpoint may postpone every attempt by is the longest pause, and a tenth.
Duration longest_delivery(const std::vector<Duration>& schedule) {
  Duration longest_pause{0};
  for (std::size_t i = 1; i < schedule.size(); ++i) {
    longest_pause = std::max(longest_pause, schedule[i] - schedule[i - 1]);
  }
  const auto pauses = static_cast<std::int64_t>(schedule.size()) - 1;
  return schedule.front() + longest_pause * pauses * 11 / 10;
}

void check_webhooks(const Config& config, const Origins& origins, Faults& faults) {
  const std::string key = "webhooks.schedule";
  const std::vector<Duration>& schedule = config.webhooks.schedule;
  if (schedule.empty() || schedule.size() > kMostAttempts) {
    faults.add(origins.of(key), key, "must have 1 to " + std::to_string(kMostAttempts) + " times");
    return;
  }
  if (!std::ranges::is_sorted(schedule)) {
    faults.add(origins.of(key), key, "must be in ascending order");
    return;
  }
  const Duration longest = longest_delivery(schedule);
  if (longest >= config.events.keep) {
    faults.add(origins.of(key), key,
               "a delivery may take up to " + remit::to_string(round_up_to_minutes(longest)) +
                   " by it, when its endpoint asks for later attempts: must be shorter than "
                   "events.keep (" +
                   remit::to_string(config.events.keep) + ", " + origins.of("events.keep") +
                   "), since what is sent is the event");
  }
}

}  // namespace

void check_together(const Config& config, const Origins& origins, Faults& faults) {
  check_providers(config, origins, faults);
  check_tiers(config.quotes, origins, faults);
  check_openness(config, origins, faults);
  check_metrics(config.server, origins, faults);
  check_limits(config.limits, origins, faults);
  check_webhooks(config, origins, faults);
  const EngineConfig& engine = config.engine;
  if (engine.backoff_min > engine.backoff_max) {
    faults.add(origins.of("engine.backoff_min"), "engine.backoff_min",
               "must not be longer than engine.backoff_max (" +
                   remit::to_string(engine.backoff_max) + ", " + origins.of("engine.backoff_max") +
                   ")");
  }
}

std::vector<std::string> warnings_of(const Config& config, const Origins& origins) {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < config.providers.size(); ++i) {
    if (config.providers[i].kind != ProviderKind::chain) continue;
    const std::string key = provider_key(i, "kind");
    warnings.push_back(origins.of(key) + ": " + key + ": this version uses no chain");
  }
  return warnings;
}

}  // namespace remit::config
