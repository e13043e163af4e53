// The caller of a request, and the scope that a route needs (docs/api.md §1.3). Plain values; any
// thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"

namespace remit::net {

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
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view text);
/// All that a key can have.
[[nodiscard]] std::span<const Scope> key_scopes();

class Scopes {
 public:
  Scopes() = default;
  Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) add(scope);
  }
  [[nodiscard]] static Scopes all();
  void add(Scope scope) { bits_ |= bit_of(scope); }
  [[nodiscard]] bool has(Scope scope) const { return (bits_ & bit_of(scope)) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  friend bool operator==(Scopes, Scopes) = default;

 private:
  static constexpr std::uint32_t bit_of(Scope scope) {
    return std::uint32_t{1} << static_cast<unsigned>(scope);
  }
  std::uint32_t bits_ = 0;
};

/// How many requests a caller may send: so many a second on average, and so many at once.
struct RequestLimit {
  std::int64_t per_second = 0;  ///< 0: no limit
  std::int64_t burst = 0;       ///< 0: as many as in a second

  friend bool operator==(const RequestLimit&, const RequestLimit&) = default;
};

struct Principal {
  Tenant tenant;
  Scopes scopes;
  std::optional<Uuid> key;            ///< empty: no key was needed
  std::optional<RequestLimit> limit;  ///< its own; empty: the usual one
};

}  // namespace remit::net
