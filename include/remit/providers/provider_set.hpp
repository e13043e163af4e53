// Every configured provider's client, by kind and name.
//
// Made once by the composition root; loop thread. `make_providers` fails with a text when a URL is
// not usable. Kinds without a client here (chain) are passed over.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/config/config.hpp"
#include "remit/providers/directory.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/processor_client.hpp"
#include "remit/providers/ramp_client.hpp"
#include "remit/providers/rates_client.hpp"
#include "remit/providers/reports.hpp"

namespace remit::providers {

/// The connections to one provider, now.
struct ProviderConnections {
  ProviderKind kind = ProviderKind::processor;
  std::string_view name;
  net::PoolUse use;
};

class ProviderSet final : public Directory {
 public:
  [[nodiscard]] LegProvider* leg(ProviderKind kind, std::string_view name) const override;
  [[nodiscard]] ProcessorClient* processor(std::string_view name) const;
  Task<HealthAnswer> health(ProviderKind kind, std::string name) override;
  Task<Result<FeeSchedule>> fees(ProviderKind kind, std::string name) override;
  [[nodiscard]] std::vector<RateSource*> rate_sources() const override;

  [[nodiscard]] std::vector<ProviderConnections> connections() const;

  /// Ends every call in flight and closes idle connections.
  void close();

 private:
  friend std::expected<ProviderSet, std::string> make_providers(
      Executor executor, const std::vector<config::ProviderConfig>& providers, const Clock& clock,
      std::size_t connections_per_provider);
  using Key = std::pair<ProviderKind, std::string>;
  template <class Client>
  struct Member {
    std::unique_ptr<Client> client;
    Duration timeout;
  };

  std::map<std::string, Member<ProcessorClient>, std::less<>> processors_;
  std::map<Key, Member<RampClient>> ramps_;
  std::vector<std::unique_ptr<RatesClient>> rates_;
};

[[nodiscard]] std::expected<ProviderSet, std::string> make_providers(
    Executor executor, const std::vector<config::ProviderConfig>& providers, const Clock& clock,
    std::size_t connections_per_provider = net::ClientSettings().max_connections);

}  // namespace remit::providers
