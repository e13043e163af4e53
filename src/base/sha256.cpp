#include "remit/base/sha256.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <stdexcept>

namespace remit {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void expect(bool is_done) {
  if (!is_done) throw std::runtime_error("SHA-256 is not available");
}

/// Looked up once: each look takes longer than a short text.
const EVP_MD* algorithm() {
  static const EVP_MD* const kFetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kFetched;
}

}  // namespace

std::string sha256(std::string_view text) { return to_hex(Sha256().add(text).finish()); }

std::string to_hex(const Digest& digest) {
  std::string hex;
  hex.reserve(digest.size() * 2);
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::optional<Digest> parse_digest(std::string_view hex) {
  Digest digest{};
  if (hex.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::size_t high = kDigits.find(hex[2 * i]);
    const std::size_t low = kDigits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest[i] = static_cast<unsigned char>(high << 4U | low);
  }
  return digest;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  expect(context_ != nullptr && algorithm() != nullptr);
  begin();
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Sha256::begin() { expect(EVP_DigestInit_ex(context_.get(), algorithm(), nullptr) == 1); }

Sha256& Sha256::add(const void* bytes, std::size_t size) {
  expect(EVP_DigestUpdate(context_.get(), bytes, size) == 1);
  return *this;
}

Sha256& Sha256::add(std::string_view bytes) { return add(bytes.data(), bytes.size()); }

Sha256& Sha256::add(const Digest& digest) { return add(digest.data(), digest.size()); }

Sha256& Sha256::add(unsigned char byte) { return add(&byte, 1); }

Digest Sha256::finish() {
  Digest digest{};
  unsigned int length = 0;
  expect(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1 &&
         length == digest.size());
  begin();
  return digest;
}

}  // namespace remit
