// The caller of a request, and the scope that a route needs (docs/api.md §1.3).
//
// Plain values; any thread. An authenticator outlives its server, is called on the loop thread, and
// never waits: it answers from memory.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/tenant.hpp"

namespace remit::net {

class Headers;

/// What a key may be used for. Routes that answer everybody need `open`.
enum class Scope : std::uint8_t {
  open,
  payments_read,
  payments_write,
  quotes_read,
  quotes_write,
  wallets_read,
  wallets_write,
  settlements_read,
  settlements_write,
  webhooks_read,
  webhooks_write,
  events_read,
  events_write,
  admin
};

/// "payments:read"; "open" is not a scope that a key can have.
[[nodiscard]] std::string_view to_string(Scope scope);

class Scopes {
 public:
  Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) bits_ |= bit_of(scope);
  }
  [[nodiscard]] static Scopes all();
  [[nodiscard]] bool has(Scope scope) const { return (bits_ & bit_of(scope)) != 0; }

 private:
  static constexpr std::uint32_t bit_of(Scope scope) {
    return std::uint32_t{1} << static_cast<unsigned>(scope);
  }
  std::uint32_t bits_ = 0;
};

struct Principal {
  Tenant tenant;
  std::string key_id;  ///< empty: no key was needed
  Scopes scopes;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Whose request it is, by its headers. A problem is the request's answer.
  [[nodiscard]] virtual Result<Principal> authenticate(const Headers& headers) const = 0;
};

}  // namespace remit::net
