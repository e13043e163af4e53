#include "remit/auth/api_key.hpp"

#include <algorithm>

#include "remit/base/text.hpp"

namespace remit::auth {
namespace {

/// Moves a cursor, changes a direction, ends a line: of a name only the character's bytes.
bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;  // U+0080 to U+009F
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) >= 0xA8 && byte(2) <= 0xAE;  // U+2028 to U+202E
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;    // U+2066 to U+2069
}

}  // namespace

std::string name_fault(std::string_view name) {
  std::size_t count = 0;
  while (!name.empty()) {
    const std::size_t length = utf8_length(name);
    if (length == 0) return "must be text in UTF-8";
    if (is_control(name.substr(0, length))) return "must have no control characters";
    name.remove_prefix(length);
    ++count;
  }
  if (count >= 1 && count <= kMaxKeyName) return {};
  return "must be 1 to " + std::to_string(kMaxKeyName) + " characters long";
}

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
