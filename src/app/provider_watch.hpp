// What is said of providers in the log, and how they are asked for their health. Loop thread.
#pragma once

#include <string>
#include <vector>

#include "remit/providers/provider_set.hpp"
#include "remit/routing/health_monitor.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::app {

/// Both outlive the probe.
[[nodiscard]] Task<routing::HealthFinding> probe_health(providers::ProviderSet* set,
                                                        const Clock* clock,
                                                        config::ProviderKind kind,
                                                        std::string name);

/// From now on the log tells of changes of circuits and of health, once each.
void log_changes(routing::ProviderBook& book);

/// Kinds of provider that payments need and of which none is configured.
[[nodiscard]] std::vector<config::ProviderKind> missing_kinds(
    const std::vector<config::ProviderConfig>& providers);
void warn_of_missing(const std::vector<config::ProviderConfig>& providers);

}  // namespace remit::app
