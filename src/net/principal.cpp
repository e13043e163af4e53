#include "remit/net/principal.hpp"

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

}  // namespace

std::string_view to_string(Scope scope) { return kNames[static_cast<std::size_t>(scope)]; }

Scopes Scopes::all() {
  Scopes all({});
  all.bits_ = ~std::uint32_t{0};
  return all;
}

}  // namespace remit::net
