// SHA-256. Throws std::runtime_error when OpenSSL has none: an empty digest would make all texts
// equal. Values of one thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace remit {

/// Of a text, in hexadecimal.
[[nodiscard]] std::string sha256(std::string_view text);

using Digest = std::array<unsigned char, 32>;

/// Lower case.
[[nodiscard]] std::string to_hex(const Digest& digest);
/// Empty: it is not that of a digest.
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view hex);

/// Of what is added piece by piece. After `finish` it begins again, which is quicker than another.
class Sha256 {
 public:
  Sha256();

  Sha256& add(std::string_view bytes);
  Sha256& add(const Digest& digest);
  Sha256& add(unsigned char byte);
  [[nodiscard]] Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  Sha256& add(const void* bytes, std::size_t size);
  void begin();

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace remit
