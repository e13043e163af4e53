// `auth.mode = "none"`: everybody who reaches the port is the one tenant and may do everything.
//
// Owned by the application; any thread; never fails.
#pragma once

#include "remit/net/principal.hpp"

namespace remit::app {

inline constexpr Tenant kDefaultTenant{TenantId(1)};

class NoAuthentication final : public net::Authenticator {
 public:
  [[nodiscard]] Result<net::Principal> authenticate(
      const net::Headers& /*headers*/) const override {
    return net::Principal{.tenant = kDefaultTenant, .key_id = {}, .scopes = net::Scopes::all()};
  }
};

}  // namespace remit::app
