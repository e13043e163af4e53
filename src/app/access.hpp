// Who may send requests, and how many: what `[auth]` and `[limits]` say.
//
// Owned by the application, above the database; loop thread.
#pragma once

#include "no_authentication.hpp"
#include "remit/auth/key_authenticator.hpp"
#include "remit/auth/key_service.hpp"
#include "remit/auth/rate_limits.hpp"
#include "remit/config/config.hpp"

namespace remit::app {

class Access {
 public:
  Access(const jobs::Context& context, storage::Database& database, UuidSource& ids,
         const config::Config& config);

  [[nodiscard]] net::Authenticator& authenticator();
  [[nodiscard]] net::RateLimiter& limiter() { return limits_; }
  /// Null while no key is asked for: what everybody may make should not outlast that.
  [[nodiscard]] auth::KeyService* keys();
  /// With the server: keeps what is known of keys current, where they are asked for.
  void start();
  /// What `start` has started. It ends after the server.
  [[nodiscard]] jobs::Job& job() { return by_key_.job(); }

 private:
  const config::AuthMode mode_;
  NoAuthentication none_;
  auth::KeyAuthenticator by_key_;
  auth::RateLimits limits_;
  auth::KeyService keys_;
};

}  // namespace remit::app
