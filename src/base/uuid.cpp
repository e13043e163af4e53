#include "remit/base/uuid.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace remit {
namespace {

constexpr std::size_t kTextLength = 36;
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

/// The finalizer of splitmix64: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t half(const std::array<std::uint8_t, 16>& bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | bytes[offset + i];
  return value;
}

Uuid version_4(std::array<std::uint8_t, 16> bytes) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // the RFC's variant
  return Uuid(bytes);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digit = 0;
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const std::optional<std::uint8_t> value = hex_value(text[i]);
    if (!value) return std::nullopt;
    std::uint8_t& byte = bytes[digit / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | *value);
    ++digit;
  }
  return Uuid(bytes);
}

std::string Uuid::to_string() const {
  std::string text(kTextLength, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes_) {
    if (is_dash_position(at)) ++at;
    text[at++] = kHexDigits[byte >> 4];
    text[at++] = kHexDigits[byte & 0x0F];
  }
  return text;
}

Uuid RandomUuidSource::next() {
  if (used_ == pool_.size()) {
    if (getentropy(pool_.data(), pool_.size()) != 0) {
      throw std::system_error(errno, std::generic_category(), "getentropy");
    }
    used_ = 0;
  }
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), bytes.size(), bytes.begin());
  used_ += bytes.size();
  return version_4(bytes);
}

Uuid SeededUuidSource::next() {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t offset = 0; offset < bytes.size(); offset += 8) {
    state_ += 0x9e3779b97f4a7c15ULL;
    const std::uint64_t value = mix(state_);
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[offset + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    }
  }
  return version_4(bytes);
}

}  // namespace remit

std::size_t std::hash<remit::Uuid>::operator()(const remit::Uuid& id) const noexcept {
  // Ids come from clients too, so equal halves must not cancel out.
  return remit::mix(remit::half(id.bytes(), 0) + remit::mix(remit::half(id.bytes(), 8)));
}
