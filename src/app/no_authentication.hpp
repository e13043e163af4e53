// `auth.mode = "none"`: everybody who reaches the port is the one tenant and may do everything.
//
// Owned by the application; any thread; never fails.
#pragma once

#include "remit/net/authenticator.hpp"

namespace remit::app {

inline constexpr Tenant kDefaultTenant{kFirstTenant};

class NoAuthentication final : public net::Authenticator {
 public:
  [[nodiscard]] std::optional<net::Caller> recall(const net::Headers& /*headers*/) override {
    return caller();
  }
  [[nodiscard]] Task<net::Caller> look_up(net::Headers /*headers*/) override { co_return caller(); }

 private:
  [[nodiscard]] static net::Principal caller() {
    return {.tenant = kDefaultTenant, .scopes = net::Scopes::all(), .key = {}, .limit = {}};
  }
};

}  // namespace remit::app
