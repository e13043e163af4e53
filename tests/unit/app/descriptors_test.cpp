#include "descriptors.hpp"

#include <gtest/gtest.h>

#include "remit/net/server.hpp"
#include "settings.hpp"

namespace remit::app {
namespace {

/// Seven providers, as in the sandbox.
config::Config seven() {
  config::Config config;
  config.providers.resize(7);
  return config;
}

TEST(DescriptorShares, AreWhatWasAskedForWhenThereIsEnough) {
  const auto shares = share_descriptors(20'000, seven());
  ASSERT_TRUE(shares);
  EXPECT_EQ(shares->max_connections, 10'000U);
  EXPECT_EQ(shares->connections_per_provider, 512U);
}

TEST(DescriptorShares, TogetherNeverExceedTheLimit) {
  const config::Config config = seven();
  for (std::size_t limit = 260; limit < 20'000; limit += 37) {
    const auto shares = share_descriptors(limit, config);
    ASSERT_TRUE(shares) << limit;
    // Each connection to a provider has a spare socket.
    EXPECT_LE(shares->max_connections + 2 * 7 * shares->connections_per_provider, limit - 128);
    EXPECT_GE(shares->max_connections, 16U) << limit;
    EXPECT_GE(shares->connections_per_provider, 4U) << limit;
  }
}

TEST(DescriptorShares, LeaveClientsTheirLeastBesideAnyNumberOfProviders) {
  for (std::size_t providers = 0; providers < 8; ++providers) {
    config::Config config;
    config.providers.resize(providers);
    for (std::size_t limit = 100; limit < 700; ++limit) {
      const auto shares = share_descriptors(limit, config);
      if (!shares) continue;
      EXPECT_GE(shares->max_connections, 16U) << providers << " providers, " << limit;
    }
  }
}

TEST(DescriptorShares, GiveClientsTheRestWithoutProviders) {
  config::Config config;
  config.server.max_connections = 100'000;
  const auto shares = share_descriptors(1'024, config);
  ASSERT_TRUE(shares);
  EXPECT_GT(shares->max_connections, 800U);
  EXPECT_LT(shares->max_connections, 1'024U - 128U);
}

TEST(DescriptorShares, WebhooksHaveTheirPartWhereTheyAreSetUp) {
  config::Config config = seven();
  const auto without = share_descriptors(2'000, config);
  config.webhooks.keys = "a key";
  const auto with = share_descriptors(2'000, config);
  ASSERT_TRUE(without && with);
  EXPECT_GE(without->max_connections + 14 * without->connections_per_provider,
            with->max_connections + 14 * with->connections_per_provider + 600);
}

TEST(DescriptorShares, TooFewAreRefusedWithTheRemedy) {
  const auto shares = share_descriptors(150, seven());
  ASSERT_FALSE(shares);
  EXPECT_NE(shares.error().find("150"), std::string::npos);
  EXPECT_NE(shares.error().find("ulimit -n"), std::string::npos);
}

TEST(DescriptorShares, ReadersOfMetricsHavePlacesOfTheirOwn) {
  config::Config config;
  config.server.max_connections = 100'000;
  const auto before = share_descriptors(1'024, config);
  config.server.metrics_listen = "127.0.0.1:9464";
  const auto after = share_descriptors(1'024, config);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->max_connections,
            before->max_connections - 1 - kMetricsConnections - net::kConnectionsRejected);
}

}  // namespace
}  // namespace remit::app
