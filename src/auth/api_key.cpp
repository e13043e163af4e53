#include "remit/auth/api_key.hpp"

#include <algorithm>

namespace remit::auth {

std::string scopes_text(net::Scopes scopes) {
  std::string text;
  for (const net::Scope scope : net::key_scopes()) {
    if (!scopes.has(scope)) continue;
    if (!text.empty()) text += ' ';
    text += net::to_string(scope);
  }
  return text;
}

net::Scopes parse_scopes(std::string_view text) {
  net::Scopes scopes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (const auto scope = net::parse_scope(text.substr(0, end))) scopes.add(*scope);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::string_view state_of(const ApiKey& key, Timestamp now) {
  if (key.revoked_at) return "revoked";
  return key.expires_at && *key.expires_at <= now ? "expired" : "active";
}

}  // namespace remit::auth
