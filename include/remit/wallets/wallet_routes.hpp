// The routes under /wallets, /transactions and /users (docs/wallets.md).
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/wallets/wallet_service.hpp"

namespace remit::wallets {

struct WalletRouteSettings {
  bool always_strict = false;  ///< idempotency.on_duplicate = "conflict"
};

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> wallet_routes(WalletService& service,
                                                    WalletRouteSettings settings);

/// GET /wallets/{user_id}/statement.
[[nodiscard]] std::vector<net::Route> statement_routes(WalletService& service);

}  // namespace remit::wallets
