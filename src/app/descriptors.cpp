#include "descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "remit/net/client.hpp"
#include "remit/net/server.hpp"
#include "remit/telemetry/log.hpp"
#include "settings.hpp"

namespace remit::app {
namespace {

/// Standard streams, the loop's own, files of certificates, whatever libraries open.
constexpr std::size_t kReserve = 64;
/// A connection has two, its socket and the one by which it can be ended; a lane that reconnects
/// may have two connections for a moment.
constexpr std::size_t kPerLane = 4;
/// One question about its name at a time: a file, or a socket and what the resolver reads.
constexpr std::size_t kPerProviderName = 2;
/// Attempts and trials in flight, and as many connections that are kept for the next ones.
constexpr std::size_t kForWebhooks = 640;
constexpr std::size_t kLeastConnections = 16;
constexpr std::size_t kLeastPerProvider = 4;
/// Enough for anything, where there is no limit.
constexpr rlim_t kMost = 1U << 30U;

/// Raises the soft limit to the hard one where that is allowed, and returns what it is then.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit wanted{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kMost));
}

std::size_t fixed_needs(const config::Config& config) {
  // Lists have as many lanes as reads; readiness and upkeep have one each.
  const auto lanes =
      static_cast<std::size_t>(config.database.write_lanes + 2 * config.database.read_lanes + 2);
  const std::size_t for_metrics = config.server.metrics_listen.empty()
                                      ? 0
                                      : 1 + kMetricsConnections + net::kConnectionsRejected;
  const std::size_t for_webhooks = config.webhooks.keys.empty() ? 0 : kForWebhooks;
  return kReserve + for_webhooks + net::kConnectionsRejected + config.server.listen.size() +
         for_metrics + lanes * kPerLane + config.providers.size() * kPerProviderName;
}

}  // namespace

std::expected<DescriptorShares, std::string> share_descriptors(std::size_t limit,
                                                               const config::Config& config) {
  const std::size_t fixed = fixed_needs(config);
  const std::size_t providers = config.providers.size();
  const std::size_t per_connection = providers * net::kSocketsPerConnection;
  const std::size_t least = fixed + kLeastConnections + kLeastPerProvider * per_connection;
  if (limit < least) {
    return std::unexpected("at most " + std::to_string(limit) +
                           " files may be open, and at least " + std::to_string(least) +
                           " are needed: raise the limit (ulimit -n, LimitNOFILE)");
  }
  DescriptorShares shares{
      .max_connections = static_cast<std::size_t>(config.server.max_connections),
      .connections_per_provider = net::ClientSettings().max_connections};
  const std::size_t left = limit - fixed;
  if (shares.max_connections + shares.connections_per_provider * per_connection <= left) {
    return shares;
  }
  if (per_connection > 0) {
    shares.connections_per_provider =
        std::clamp(std::min(left / 2, left - kLeastConnections) / per_connection, kLeastPerProvider,
                   shares.connections_per_provider);
  }
  shares.max_connections =
      std::min(shares.max_connections, left - shares.connections_per_provider * per_connection);
  return shares;
}

std::expected<std::size_t, std::string> fit_to_descriptors(config::Config& config) {
  const std::size_t limit = raise_descriptor_limit();
  const auto shares = share_descriptors(limit, config);
  if (!shares) return std::unexpected(shares.error());
  const auto connections = static_cast<std::int64_t>(shares->max_connections);
  const auto per_provider = static_cast<std::int64_t>(shares->connections_per_provider);
  const bool calls_are_cut =
      shares->connections_per_provider < net::ClientSettings().max_connections;
  const bool is_cut = calls_are_cut || connections < config.server.max_connections;
  telemetry::log(is_cut ? telemetry::Level::warn : telemetry::Level::info,
                 is_cut ? "fewer connections: limit of open files" : "open files",
                 {{"limit", limit},
                  {"max_connections", connections},
                  {"configured_max_connections", config.server.max_connections},
                  {"connections_per_provider", per_provider}});
  config.server.max_connections = connections;
  if (calls_are_cut) {
    // What cannot be called at once waits in the database instead of in front of the provider.
    config.charge.concurrency = std::min(config.charge.concurrency, per_provider);
    config.engine.concurrency = std::min(config.engine.concurrency, per_provider);
  }
  return shares->connections_per_provider;
}

}  // namespace remit::app
