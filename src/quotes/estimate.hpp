// A routing decision in words and figures, for POST /fees/calculate (docs/api.md §2). Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/routing/provider_book.hpp"

namespace remit::quotes {

/// "onramp swift chosen at 10.50 USD; slow dearer at 11.00 USD, broken circuit_open"
[[nodiscard]] std::string reasoning_of(ProviderKind kind, const routing::Choice& choice,
                                       Currency currency);

/// Two legs, each found settled after a few polls.
[[nodiscard]] Duration settlement_time(Duration poll_interval);

/// The chance that neither chosen provider fails, by their recent failure rates.
[[nodiscard]] std::int64_t confidence_millionths(const std::vector<routing::ProviderStatus>& status,
                                                 std::string_view onramp, std::string_view offramp);

[[nodiscard]] std::vector<std::string> risk_factors(
    const std::vector<routing::ProviderStatus>& status, const routing::Choice& onramp,
    const routing::Choice& offramp);

}  // namespace remit::quotes
