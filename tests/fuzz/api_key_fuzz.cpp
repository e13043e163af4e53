// Text → API key. Promises:
//   * a key is taken when it has the form and the checksum that a plain reader finds, and only
//   then;
//   * with one character changed it is none;
//   * of its secret nothing but the hash is kept.
#include <array>

#include "fuzz.hpp"
#include "remit/auth/key_text.hpp"
#include "remit/base/sha256.hpp"

namespace remit::fuzz {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kSecretAt = 43;
constexpr std::size_t kSecretLength = 43;
constexpr std::size_t kChecksumAt = kSecretAt + kSecretLength + 1;
constexpr std::size_t kLength = kChecksumAt + 6;

/// CRC-32 of IEEE 802.3, bit by bit, as six digits in base 62.
std::string plain_checksum(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  crc = ~crc;
  std::string digits(6, '0');
  for (std::size_t i = digits.size(); i-- > 0; crc /= 62) digits[i] = kDigits[crc % 62];
  return digits;
}

bool is_plainly_a_key(std::string_view text) {
  return text.size() == kLength && text.starts_with("remit_") &&
         Uuid::parse(text.substr(6, 36)).has_value() && text[kSecretAt - 1] == '_' &&
         text.substr(kSecretAt, kSecretLength).find_first_not_of(kDigits) == text.npos &&
         text[kChecksumAt - 1] == '_' &&
         text.substr(kChecksumAt) == plain_checksum(text.substr(0, kChecksumAt - 1));
}

void check(std::string_view text) {
  const auto key = auth::parse_key(text);
  require(key.has_value() == is_plainly_a_key(text), "a key is what a plain reader takes", text);
  if (!key) return;
  require(key->id == Uuid::parse(text.substr(6, 36)), "it has its id", text);
  const std::string_view secret = text.substr(kSecretAt, kSecretLength);
  require(key->secret_hash == sha256(secret), "it has the hash of its secret", text);
  require(!key->secret_hash.contains(secret), "and not the secret", text);
  const std::uint64_t hash = hash_of(text);
  std::string changed(text);
  char& c = changed[hash % changed.size()];
  c = kDigits[(kDigits.find(c) + 1 + hash / 128 % 60) % kDigits.size()];
  if (changed == text) return;
  const auto other = auth::parse_key(changed);
  // Hexadecimal digits may be of either case, but the checksum is of the text.
  require(!other.has_value(), "with one character changed it is none", changed);
}

/// A key whose parts are the text's bytes.
std::string key_of(std::string_view text) {
  std::array<std::uint8_t, 16> id{};
  for (std::size_t i = 0; i < id.size() && i < text.size(); ++i) {
    id[i] = static_cast<std::uint8_t>(text[i]);
  }
  std::string key = "remit_" + Uuid(id).to_string() + "_";
  for (std::size_t i = 0; i < kSecretLength; ++i) {
    key += kDigits[i < text.size() ? static_cast<std::uint8_t>(text[i]) % kDigits.size() : 0];
  }
  return key + "_" + plain_checksum(key);
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view text = text_of(data, size);
  check(text);
  const std::string key = key_of(text);
  require(is_plainly_a_key(key), "the key that was made is one", key);
  check(key);
  check(key + std::string(text));
  return 0;
}
