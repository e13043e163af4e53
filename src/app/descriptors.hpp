// Divides the process's file descriptors. Pure, apart from the log.
//
// Lanes and calls to providers come first: a client that is refused comes again, while a payment
// whose provider cannot be called would wait without a visible reason.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "remit/config/config.hpp"

namespace remit::app {

struct DescriptorShares {
  std::size_t max_connections = 0;           ///< of clients, at most what was asked for
  std::size_t connections_per_provider = 0;  ///< likewise
};

/// Fails with a text when so few leave too little to work with.
[[nodiscard]] std::expected<DescriptorShares, std::string> share_descriptors(
    std::size_t limit, const config::Config& config);

/// Raises the limit, and cuts the configuration to the shares that it allows: connections of
/// clients, and payments in flight per provider. Returns the connections per provider.
[[nodiscard]] std::expected<std::size_t, std::string> fit_to_descriptors(config::Config& config);

}  // namespace remit::app
