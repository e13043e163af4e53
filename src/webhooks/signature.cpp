#include "remit/webhooks/signature.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "random_bytes.hpp"
#include "remit/base/base64.hpp"

namespace remit::webhooks {
namespace {

constexpr std::string_view kSharedPrefix = "whsec_";
constexpr std::string_view kPrivatePrefix = "whsk_";
constexpr std::string_view kPublicPrefix = "whpk_";
constexpr std::size_t kHalf = 32;
constexpr std::size_t kNewSharedBytes = 32;

using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL has no ") + what);
}

PrivateKey private_key(std::string_view bytes) {
  PrivateKey key(::EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), kHalf),
                 &::EVP_PKEY_free);
  require(key != nullptr, "Ed25519");
  return key;
}

std::string public_half(std::string_view private_half) {
  const PrivateKey key = private_key(private_half);
  std::string half(kHalf, '\0');
  std::size_t length = half.size();
  require(::EVP_PKEY_get_raw_public_key(key.get(), bytes_of(half), &length) == 1 && length == kHalf,
          "public key of Ed25519");
  return half;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string mac(32, '\0');
  std::size_t length = 0;
  const unsigned char* const made =
      ::EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                  bytes_of(text), text.size(), bytes_of(mac), mac.size(), &length);
  require(made != nullptr && length == mac.size(), "HMAC-SHA256");
  return mac;
}

std::string ed25519(std::string_view private_half, std::string_view text) {
  const PrivateKey key = private_key(private_half);
  const Digest digest(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free);
  std::string signature(2 * kHalf, '\0');
  std::size_t length = signature.size();
  require(digest != nullptr &&
              ::EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              ::EVP_DigestSign(digest.get(), bytes_of(signature), &length, bytes_of(text),
                               text.size()) == 1 &&
              length == signature.size(),
          "signature of Ed25519");
  return signature;
}

std::string signature_of(const SigningKey& key, std::string_view text) {
  if (key.kind == KeyKind::shared) return "v1," + base64_encode(hmac_sha256(key.bytes, text));
  return "v1a," + base64_encode(ed25519(std::string_view(key.bytes).substr(0, kHalf), text));
}

}  // namespace

SigningKey make_signing_key(KeyKind kind) {
  if (kind == KeyKind::shared) return {.kind = kind, .bytes = random_bytes(kNewSharedBytes)};
  SigningKey key{.kind = kind, .bytes = random_bytes(kHalf)};
  key.bytes += public_half(key.bytes);
  return key;
}

std::string to_text(const SigningKey& key) {
  std::string text(key.kind == KeyKind::shared ? kSharedPrefix : kPrivatePrefix);
  return text += base64_encode(key.bytes);
}

std::optional<SigningKey> parse_signing_key(std::string_view text) {
  const bool is_shared = text.starts_with(kSharedPrefix);
  if (!is_shared && !text.starts_with(kPrivatePrefix)) return std::nullopt;
  auto bytes = base64_decode(text.substr(is_shared ? kSharedPrefix.size() : kPrivatePrefix.size()));
  if (!bytes) return std::nullopt;
  if (is_shared) {
    if (bytes->size() < kFewestSharedBytes || bytes->size() > kMostSharedBytes) return std::nullopt;
    return SigningKey{.kind = KeyKind::shared, .bytes = *std::move(bytes)};
  }
  if (bytes->size() != 2 * kHalf) return std::nullopt;
  const std::string_view halves = *bytes;
  if (public_half(halves.substr(0, kHalf)) != halves.substr(kHalf)) return std::nullopt;
  return SigningKey{.kind = KeyKind::pair, .bytes = *std::move(bytes)};
}

std::optional<std::string> public_text(const SigningKey& key) {
  if (key.kind != KeyKind::pair) return std::nullopt;
  return std::string(kPublicPrefix) + base64_encode(std::string_view(key.bytes).substr(kHalf));
}

std::string signatures_of(std::span<const SigningKey> keys, const SignedContent& content) {
  std::string text(content.id);
  text.append(".").append(std::to_string(content.timestamp_seconds)).append(".");
  text.append(content.body);
  std::string all;
  for (const SigningKey& key : keys) {
    if (!all.empty()) all += ' ';
    all += signature_of(key, text);
  }
  return all;
}

}  // namespace remit::webhooks
