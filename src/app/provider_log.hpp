// What the log says of providers. Loop thread.
#pragma once

#include <vector>

#include "circuit_teller.hpp"
#include "remit/config/config.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::app {

/// From now on changes of circuits and of health are logged, once each, and those of circuits are
/// told. The teller outlives the book's changes.
void log_changes(routing::ProviderBook& book, CircuitTeller& teller);

/// Of each kind of provider that payments need and of which none is configured.
void warn_of_missing(const std::vector<config::ProviderConfig>& providers);

}  // namespace remit::app
