// Knows callers by the API keys that they show (`auth.mode = "keys"`).
//
// Keys in use are known from memory; another one is looked up, at most kMostLookups at a time, so
// that requests with made-up keys fill no queue. `job` reads keys in use again, and writes that
// they are used; it runs from the server's start to its end. Loop thread. Problems:
// kUnauthenticated; kOverloaded when too many are being looked up; and those of the database.
#pragma once

#include <cstddef>
#include <optional>

#include "remit/auth/key_cache.hpp"
#include "remit/auth/key_text.hpp"
#include "remit/jobs/job.hpp"
#include "remit/net/authenticator.hpp"
#include "remit/storage/database.hpp"

namespace remit::auth {

class KeyAuthenticator final : public net::Authenticator {
 public:
  static constexpr std::size_t kMostLookups = 512;

  KeyAuthenticator(const jobs::Context& context, storage::Database& database);

  [[nodiscard]] std::optional<net::Caller> recall(const net::Headers& headers) override;
  [[nodiscard]] Task<net::Caller> look_up(net::Headers headers) override;

  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  Task<jobs::Rest> turn();
  Task<void> check_keys();
  [[nodiscard]] net::Caller admit(const KeyRecord& record, const ShownKey& shown) const;

  storage::Database& database_;
  const Clock& clock_;
  KeyCache cache_;
  std::size_t lookups_ = 0;
  jobs::Job job_;
};

}  // namespace remit::auth
