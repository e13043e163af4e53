// The text of an API key, remit_<key id>_<secret>_<checksum> (docs/api.md §1.3), as in
// "remit_0b9f…-…_<43 characters>_<6 characters>".
//
// The secret is 256 random bits in base 62; the checksum is the CRC-32 of what stands before it, in
// base 62, so that a scanner for secrets knows a key from other text without asking. Only the hash
// of a secret is kept: SHA-256 alone, since nothing shortens the search for 256 random bits. Any
// thread; throws std::system_error when the system gives no random bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/base/uuid.hpp"

namespace remit::auth {

/// A key as its bearer shows it.
struct ShownKey {
  Uuid id;
  std::string secret_hash;
};

/// Empty: it is no key.
[[nodiscard]] std::optional<ShownKey> parse_key(std::string_view text);

struct MadeKey {
  std::string text;  ///< to be shown once, and never stored
  std::string secret_hash;
};

[[nodiscard]] MadeKey make_key(const Uuid& id);

/// Takes the same time wherever they differ.
[[nodiscard]] bool equal_hashes(std::string_view a, std::string_view b);

}  // namespace remit::auth
