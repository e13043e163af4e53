// The routes under /api-keys (docs/api.md §1.3): a tenant's own keys, for who has the scope admin.
#pragma once

#include <vector>

#include "remit/auth/key_service.hpp"
#include "remit/base/time.hpp"
#include "remit/net/router.hpp"

namespace remit::auth {

/// `keys` and `clock` outlive every request.
[[nodiscard]] std::vector<net::Route> key_routes(KeyService& keys, const Clock& clock);

}  // namespace remit::auth
