#include "remit/net/principal.hpp"

#include <algorithm>
#include <array>

namespace remit::net {
namespace {

constexpr std::array<std::string_view, 14> kNames = {"open",
                                                     "payments:read",
                                                     "payments:write",
                                                     "quotes:read",
                                                     "quotes:write",
                                                     "wallets:read",
                                                     "wallets:write",
                                                     "settlements:read",
                                                     "settlements:write",
                                                     "webhooks:read",
                                                     "webhooks:write",
                                                     "events:read",
                                                     "events:write",
                                                     "admin"};
static_assert(kNames.size() == static_cast<std::size_t>(Scope::admin) + 1);

constexpr std::array<Scope, kNames.size() - 1> kOfKeys = [] {
  std::array<Scope, kNames.size() - 1> scopes{};
  for (std::size_t i = 0; i < scopes.size(); ++i) scopes[i] = static_cast<Scope>(i + 1);
  return scopes;
}();

}  // namespace

std::string_view to_string(Scope scope) { return kNames[static_cast<std::size_t>(scope)]; }

std::optional<Scope> parse_scope(std::string_view text) {
  const auto found = std::ranges::find(kNames.begin() + 1, kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Scope>(found - kNames.begin());
}

std::span<const Scope> key_scopes() { return kOfKeys; }

Scopes Scopes::all() {
  Scopes all;
  for (const Scope scope : kOfKeys) all.add(scope);
  return all;
}

}  // namespace remit::net
