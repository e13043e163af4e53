// Signatures of webhooks as Standard Webhooks 1.0 has them: `v1`, an HMAC-SHA256 with a key that
// both sides have, and `v1a`, an Ed25519 signature that the receiver checks with a public key.
//
// Pure but for the random bytes of new keys; any thread. Throws std::runtime_error when OpenSSL
// cannot do what it is asked for, std::system_error when there are no random bytes. A text that is
// no key is an empty optional.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace remit::webhooks {

enum class KeyKind : std::uint8_t {
  shared,  ///< `v1`; text: whsec_…
  pair,    ///< `v1a`; text: whsk_… and whpk_…
};

inline constexpr std::size_t kFewestSharedBytes = 24;
inline constexpr std::size_t kMostSharedBytes = 64;

struct SigningKey {
  KeyKind kind = KeyKind::shared;
  /// Shared: 24 to 64 of them. Pair: the 32 of the private key, and then the 32 of the public one.
  std::string bytes;

  friend bool operator==(const SigningKey&, const SigningKey&) = default;
};

[[nodiscard]] SigningKey make_signing_key(KeyKind kind);

/// "whsec_…" or "whsk_…": the secret itself.
[[nodiscard]] std::string to_text(const SigningKey& key);
/// Of a pair also checks that its halves belong together.
[[nodiscard]] std::optional<SigningKey> parse_signing_key(std::string_view text);
/// "whpk_…" of a pair; a shared key has none.
[[nodiscard]] std::optional<std::string> public_text(const SigningKey& key);

/// What is signed, as `id.timestamp.body`.
struct SignedContent {
  std::string_view id;  ///< without '.'
  std::int64_t timestamp_seconds = 0;
  std::string_view body;
};

/// The value of `webhook-signature`: one signature for each key, with a blank in between.
[[nodiscard]] std::string signatures_of(std::span<const SigningKey> keys,
                                        const SignedContent& content);

}  // namespace remit::webhooks
