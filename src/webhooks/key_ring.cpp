#include "remit/webhooks/key_ring.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "random_bytes.hpp"
#include "remit/base/base64.hpp"
#include "remit/base/key_list.hpp"
#include "remit/base/sha256.hpp"

namespace remit::webhooks {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kIdDigits = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&::EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int size_of(std::string_view text) { return static_cast<int>(text.size()); }

/// Says which key it is, and nothing of what it is.
std::string id_of(std::string_view key) {
  return sha256("remit webhook key " + std::string(key)).substr(0, kIdDigits);
}

Context context() {
  Context made(::EVP_CIPHER_CTX_new(), &::EVP_CIPHER_CTX_free);
  if (!made) throw std::runtime_error("OpenSSL has no context for a cipher");
  return made;
}

std::string encrypt(std::string_view key, std::string_view nonce, std::string_view secret,
                    std::string_view owner) {
  const Context cipher = context();
  std::string text(secret.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int length = 0;
  const bool done =
      ::EVP_EncryptInit_ex2(cipher.get(), ::EVP_aes_256_gcm(), bytes_of(key), bytes_of(nonce),
                            nullptr) == 1 &&
      ::EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(owner), size_of(owner)) == 1 &&
      ::EVP_EncryptUpdate(cipher.get(), bytes_of(text), &length, bytes_of(secret),
                          size_of(secret)) == 1 &&
      ::EVP_EncryptFinal_ex(cipher.get(), bytes_of(text) + length, &length) == 1 &&
      ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!done) throw std::runtime_error("OpenSSL has no AES-256-GCM");
  return text + tag;
}

std::optional<std::string> decrypt(std::string_view key, std::string_view bytes,
                                   std::string_view owner) {
  if (bytes.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = bytes.substr(0, kNonceBytes);
  const std::string_view text = bytes.substr(kNonceBytes, bytes.size() - kNonceBytes - kTagBytes);
  std::string tag(bytes.substr(bytes.size() - kTagBytes));
  const Context cipher = context();
  std::string secret(text.size(), '\0');
  int length = 0;
  const bool done =
      ::EVP_DecryptInit_ex2(cipher.get(), ::EVP_aes_256_gcm(), bytes_of(key), bytes_of(nonce),
                            nullptr) == 1 &&
      ::EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(owner), size_of(owner)) == 1 &&
      ::EVP_DecryptUpdate(cipher.get(), bytes_of(secret), &length, bytes_of(text), size_of(text)) ==
          1 &&
      ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      ::EVP_DecryptFinal_ex(cipher.get(), bytes_of(secret) + length, &length) == 1;
  return done ? std::optional(std::move(secret)) : std::nullopt;
}

}  // namespace

std::expected<KeyRing, std::string> KeyRing::parse(std::string_view text) {
  auto keys = parse_key_list(text);
  if (!keys) return std::unexpected(std::move(keys.error()));
  KeyRing ring;
  for (std::string& key : *keys) {
    std::string id = id_of(key);
    ring.keys_.push_back({.id = std::move(id), .bytes = std::move(key)});
  }
  return ring;
}

std::string KeyRing::seal(std::string_view secret, std::string_view owner) const {
  if (keys_.empty()) throw std::logic_error("there is no key to seal a secret with");
  const Key& key = keys_.front();
  const std::string nonce = random_bytes(kNonceBytes);
  return key.id + "." + base64_encode(nonce + encrypt(key.bytes, nonce, secret, owner));
}

std::optional<std::string> KeyRing::open(std::string_view sealed, std::string_view owner) const {
  const Key* const key = find(sealed);
  if (key == nullptr) return std::nullopt;
  const auto bytes = base64_decode(sealed.substr(key->id.size() + 1));
  return bytes ? decrypt(key->bytes, *bytes, owner) : std::nullopt;
}

bool KeyRing::is_of_newest(std::string_view sealed) const {
  const Key* const key = find(sealed);
  return key != nullptr && key == keys_.data();
}

const KeyRing::Key* KeyRing::find(std::string_view sealed) const {
  const std::string_view id = sealed.substr(0, std::min(sealed.find('.'), sealed.size()));
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() || id.size() == sealed.size() ? nullptr : &*found;
}

}  // namespace remit::webhooks
