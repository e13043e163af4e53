#include "remit/providers/provider_set.hpp"

#include <utility>

#include "remit/telemetry/trace.hpp"

namespace remit::providers {
namespace {

CallContext context_of(Duration timeout) {
  CallContext context;
  context.timeout = timeout;
  context.trace = telemetry::new_trace();
  return context;
}

Problem no_such(ProviderKind kind, const std::string& name) {
  return {kNotFound, "no " + std::string(to_string(kind)) + " " + name + " with this"};
}

}  // namespace

LegProvider* ProviderSet::leg(ProviderKind kind, std::string_view name) const {
  if (kind == ProviderKind::processor) return processor(name);
  const auto found = ramps_.find(Key(kind, std::string(name)));
  return found == ramps_.end() ? nullptr : found->second.client.get();
}

ProcessorClient* ProviderSet::processor(std::string_view name) const {
  const auto found = processors_.find(name);
  return found == processors_.end() ? nullptr : found->second.client.get();
}

std::vector<RateSource*> ProviderSet::rate_sources() const {
  std::vector<RateSource*> sources;
  sources.reserve(rates_.size());
  for (const auto& source : rates_) sources.push_back(source.get());
  return sources;
}

Task<HealthAnswer> ProviderSet::health(ProviderKind kind, std::string name) {
  HealthAnswer answer;
  const auto processor = processors_.find(name);
  const auto ramp = ramps_.find(Key(kind, name));
  if (kind == ProviderKind::processor && processor != processors_.end()) {
    CallContext context = context_of(processor->second.timeout);
    answer = co_await processor->second.client->health(std::move(context));
  } else if (ramp != ramps_.end()) {
    CallContext context = context_of(ramp->second.timeout);
    answer = co_await ramp->second.client->health(std::move(context));
  } else {
    answer.detail = no_such(kind, name).detail;
  }
  co_return answer;
}

Task<Result<FeeSchedule>> ProviderSet::fees(ProviderKind kind, std::string name) {
  const auto found = ramps_.find(Key(kind, name));
  if (found == ramps_.end()) co_return fail(no_such(kind, name));
  CallContext context = context_of(found->second.timeout);
  auto answer = co_await found->second.client->fees(std::move(context));
  co_return answer;
}

std::vector<ProviderConnections> ProviderSet::connections() const {
  std::vector<ProviderConnections> all;
  all.reserve(processors_.size() + ramps_.size() + rates_.size());
  for (const auto& [name, member] : processors_) {
    all.push_back({ProviderKind::processor, name, member.client->pool_use()});
  }
  for (const auto& [key, member] : ramps_) {
    all.push_back({key.first, key.second, member.client->pool_use()});
  }
  for (const auto& source : rates_) {
    all.push_back({ProviderKind::rates, source->name(), source->pool_use()});
  }
  return all;
}

void ProviderSet::close() {
  for (auto& [name, member] : processors_) member.client->close();
  for (auto& [key, member] : ramps_) member.client->close();
  for (auto& source : rates_) source->close();
}

std::expected<ProviderSet, std::string> make_providers(
    Executor executor, const std::vector<config::ProviderConfig>& providers, const Clock& clock,
    std::size_t connections_per_provider) {
  ProviderSet set;
  for (const config::ProviderConfig& provider : providers) {
    if (provider.kind == ProviderKind::chain) continue;
    net::ClientSettings settings;
    settings.base_url = provider.url;
    settings.max_connections = connections_per_provider;
    auto client = net::Client::make(executor, std::move(settings), clock);
    if (!client) {
      return std::unexpected("provider " + std::string(to_string(provider.kind)) + " " +
                             provider.name + ": " + client.error());
    }
    switch (provider.kind) {
      case ProviderKind::processor:
        set.processors_[provider.name] = {std::make_unique<ProcessorClient>(*std::move(client)),
                                          provider.timeout};
        break;
      case ProviderKind::onramp:
      case ProviderKind::offramp:
        set.ramps_[{provider.kind, provider.name}] = {
            std::make_unique<RampClient>(*std::move(client)), provider.timeout};
        break;
      case ProviderKind::rates:
        set.rates_.push_back(
            std::make_unique<RatesClient>(provider.name, *std::move(client), provider.timeout));
        break;
      case ProviderKind::chain:
        break;
    }
  }
  return set;
}

}  // namespace remit::providers
