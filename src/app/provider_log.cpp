#include "provider_log.hpp"

#include <algorithm>

#include "remit/telemetry/log.hpp"

namespace remit::app {
namespace {

using telemetry::Level;

void log_circuit_change(const routing::CircuitChange& change) {
  telemetry::log(Level::warn, "circuit changed",
                 {{"kind", to_string(change.kind)},
                  {"provider", change.name},
                  {"from", to_string(change.from)},
                  {"to", to_string(change.to)}});
}

void log_health_change(const routing::HealthChange& change) {
  telemetry::log(change.failing ? Level::warn : Level::info,
                 change.failing ? "provider reports that it fails"
                                : "provider no longer reports that it fails",
                 {{"kind", to_string(change.kind)}, {"provider", change.name}});
}

std::string_view consequence_of(ProviderKind kind) {
  if (kind == ProviderKind::processor) return "charges are accepted and wait";
  if (kind == ProviderKind::rates) return "quotes and conversions between currencies are refused";
  return "quotes and conversions are refused";
}

}  // namespace

void log_changes(routing::ProviderBook& book, CircuitTeller& teller) {
  book.on_circuit_change([&teller](const routing::CircuitChange& change) {
    log_circuit_change(change);
    teller.tell(change);
  });
  book.on_health_change(log_health_change);
}

void warn_of_missing(const std::vector<config::ProviderConfig>& providers) {
  using enum ProviderKind;
  for (const ProviderKind kind : {processor, onramp, offramp, rates}) {
    const auto found = std::ranges::find(providers, kind, &config::ProviderConfig::kind);
    if (found != providers.end()) continue;
    telemetry::log(Level::warn, "no provider is configured",
                   {{"kind", to_string(kind)}, {"consequence", consequence_of(kind)}});
  }
}

}  // namespace remit::app
