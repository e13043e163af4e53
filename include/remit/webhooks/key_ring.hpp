// The installation's keys, which the secrets of endpoints are encrypted with before they are stored
// (AES-256-GCM). The first key encrypts; all of them decrypt, so that keys can be changed: a new
// one is put before the old one, and the old one is left out when nothing is sealed with it.
//
// A sealed text is "<key id>.<base64 of nonce, ciphertext and tag>". It opens only for the owner it
// was sealed for: a row that is copied to another endpoint, or another tenant, is of no use there.
// Immutable; any thread. Throws std::runtime_error when OpenSSL has no AES-256-GCM and
// std::system_error when there are no random bytes; what else fails is a value.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace remit::webhooks {

class KeyRing {
 public:
  /// Without keys: nothing can be sealed.
  KeyRing() = default;

  /// As parse_key_list has it (remit/base/key_list.hpp).
  [[nodiscard]] static std::expected<KeyRing, std::string> parse(std::string_view text);

  [[nodiscard]] bool empty() const { return keys_.empty(); }

  /// `owner` says whose the secret is. Not of an empty ring.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view owner) const;
  /// Nothing when its key is not here, the owner is another, or the text was changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed,
                                                std::string_view owner) const;
  /// Whether the first key sealed it.
  [[nodiscard]] bool is_of_newest(std::string_view sealed) const;

 private:
  struct Key {
    std::string id;
    std::string bytes;
  };
  [[nodiscard]] const Key* find(std::string_view sealed) const;

  std::vector<Key> keys_;
};

}  // namespace remit::webhooks
