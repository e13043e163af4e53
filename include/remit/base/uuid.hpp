// A 128-bit identifier in its canonical text form (RFC 9562): 36 characters, lower case on output.
//
// `UuidSource` is injected so that a simulated run makes the same ids from the same seed. Loop
// thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/interface.hpp"

namespace remit {

class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  /// Accepts exactly 8-4-4-4-12 hexadecimal digits, either case; nothing else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class UuidSource : public Interface {
 public:
  [[nodiscard]] virtual Uuid next() = 0;
};

/// Version 4 from the operating system's entropy, which is asked for that of several at a time.
class RandomUuidSource final : public UuidSource {
 public:
  [[nodiscard]] Uuid next() override;

 private:
  std::array<std::uint8_t, 256> pool_{};  ///< as much as getentropy gives at once
  std::size_t used_ = pool_.size();
};

/// Version 4 shaped, from a seed: for tests, the simulator and the sandbox.
class SeededUuidSource final : public UuidSource {
 public:
  explicit SeededUuidSource(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] Uuid next() override;

 private:
  std::uint64_t state_;
};

}  // namespace remit

template <>
struct std::hash<remit::Uuid> {
  std::size_t operator()(const remit::Uuid& id) const noexcept;
};
