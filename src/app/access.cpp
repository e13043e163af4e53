#include "access.hpp"

#include "settings.hpp"

namespace remit::app {

Access::Access(const jobs::Context& context, storage::Database& database, UuidSource& ids,
               const config::Config& config)
    : mode_(config.auth.mode),
      by_key_(context, database),
      limits_(limit_settings(config), context.clock),
      keys_(database, ids) {}

void Access::start() {
  if (mode_ == config::AuthMode::keys) by_key_.job().start();
}

auth::KeyService* Access::keys() { return mode_ == config::AuthMode::keys ? &keys_ : nullptr; }

net::Authenticator& Access::authenticator() {
  if (mode_ == config::AuthMode::none) return none_;
  return by_key_;
}

}  // namespace remit::app
