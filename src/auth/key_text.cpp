#include "remit/auth/key_text.hpp"

#include <openssl/crypto.h>
#include <unistd.h>

#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "remit/base/sha256.hpp"

namespace remit::auth {
namespace {

constexpr std::string_view kPrefix = "remit_";
constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIdLength = 36;
constexpr std::size_t kSecretLength = 43;   ///< 62^43 > 2^256
constexpr std::size_t kChecksumLength = 6;  ///< 62^6 > 2^32
constexpr std::size_t kLength =
    kPrefix.size() + kIdLength + 1 + kSecretLength + 1 + kChecksumLength;

std::string checksum_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t rest = crc.checksum();
  std::string checksum(kChecksumLength, kDigits.front());
  for (auto digit = checksum.rbegin(); digit != checksum.rend(); ++digit) {
    *digit = kDigits[rest % kDigits.size()];
    rest /= static_cast<std::uint32_t>(kDigits.size());
  }
  return checksum;
}

std::string random_secret() {
  // The largest multiple of 62 in a byte: those above would make some digits likelier than others.
  constexpr std::uint8_t kFair = 248;
  std::string secret;
  std::array<std::uint8_t, 64> bytes{};
  while (secret.size() < kSecretLength) {
    if (::getentropy(bytes.data(), bytes.size()) != 0) {
      throw std::system_error(errno, std::generic_category(), "no random bytes");
    }
    for (const std::uint8_t byte : bytes) {
      if (byte < kFair && secret.size() < kSecretLength) secret += kDigits[byte % kDigits.size()];
    }
  }
  ::OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

}  // namespace

std::optional<ShownKey> parse_key(std::string_view text) {
  if (text.size() != kLength || !text.starts_with(kPrefix)) return std::nullopt;
  const auto id = Uuid::parse(text.substr(kPrefix.size(), kIdLength));
  const std::string_view secret = text.substr(kPrefix.size() + kIdLength + 1, kSecretLength);
  const std::string_view signed_part = text.substr(0, kLength - kChecksumLength - 1);
  const bool is_separated =
      text[kPrefix.size() + kIdLength] == '_' && text[signed_part.size()] == '_';
  const bool is_base62 = secret.find_first_not_of(kDigits) == std::string_view::npos;
  if (!id || !is_separated || !is_base62) return std::nullopt;
  if (text.substr(signed_part.size() + 1) != checksum_of(signed_part)) return std::nullopt;
  return ShownKey{.id = *id, .secret_hash = sha256(secret)};
}

MadeKey make_key(const Uuid& id) {
  const std::string secret = random_secret();
  std::string text(kPrefix);
  text.append(id.to_string()).append("_").append(secret);
  const std::string checksum = checksum_of(text);
  text.append("_").append(checksum);
  return {.text = std::move(text), .secret_hash = sha256(secret)};
}

bool equal_hashes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace remit::auth
