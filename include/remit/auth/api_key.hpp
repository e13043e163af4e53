// API keys as they are kept: whose they are, what they may be used for, and until when. Values; any
// thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/principal.hpp"

namespace remit::auth {

struct ApiKey {
  Uuid id;
  std::string name;  ///< what it is for, in its maker's words
  net::Scopes scopes;
  std::optional<net::RequestLimit> limit;  ///< its own; empty: the usual one
  Timestamp created_at;
  std::optional<Timestamp> expires_at;    ///< of a rotated one: the end of its overlap, if sooner
  std::optional<Timestamp> last_used_at;  ///< to about a minute
  std::optional<Timestamp> revoked_at;
  std::optional<Uuid> made_by;  ///< the key that made it; empty: an operator did
};

/// What a request that shows the key is compared with.
struct KeyRecord {
  ApiKey key;
  Tenant tenant;
  std::string secret_hash;
};

inline constexpr std::size_t kMaxKeyName = 100;
/// For which a replaced key may go on.
inline constexpr std::chrono::seconds kMaxOverlap = std::chrono::days(30);
inline constexpr Duration kMaxLifetime = std::chrono::years(100);
/// That are active, of a tenant, when its own keys make them: limits hold for each key.
inline constexpr std::int64_t kMostActiveKeys = 100;

inline constexpr ProblemCode kKeyNotFound{"KEY_NOT_FOUND", 404, "There is no such API key"};
inline constexpr ProblemCode kKeyNotActive{"KEY_NOT_ACTIVE", 409,
                                           "The API key is revoked or has expired"};

inline constexpr ProblemCode kTooManyKeys{"TOO_MANY_KEYS", 409,
                                          "The tenant has as many API keys as it may have"};

/// What is wrong with a key's name; empty: nothing. It is shown on terminals and in lists.
[[nodiscard]] std::string name_fault(std::string_view name);

/// "payments:read payments:write", in the order of the contract.
[[nodiscard]] std::string scopes_text(net::Scopes scopes);
/// Words that a later version knows are left out.
[[nodiscard]] net::Scopes parse_scopes(std::string_view text);

/// As a request that shows its secret would find it: "active", "expired" or "revoked".
[[nodiscard]] std::string_view state_of(const ApiKey& key, Timestamp now);

}  // namespace remit::auth
