#include "remit/base/tenant.hpp"

#include <array>

namespace remit {
namespace {

constexpr std::uint8_t kVersion = 0x80;    // in the upper half of byte 6
constexpr std::uint8_t kUpperBits = 0x03;  // of the bucket, in byte 14

// FNV-1a, and what splitmix64 ends with, so that every bit of the text reaches the last bits.
// Written here because it must never change: rows are where it put them.
std::uint64_t fixed_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) {
    hash ^= static_cast<std::uint8_t>(byte);
    hash *= 0x100000001b3ULL;
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

}  // namespace

Bucket Tenant::at(std::uint64_t hash) const {
  const auto step = static_cast<std::int32_t>(hash % static_cast<std::uint64_t>(spread_));
  return Bucket(home_.value() + step);
}

Bucket Tenant::bucket_of(const Uuid& id) const {
  const std::array<std::uint8_t, 16>& bytes = id.bytes();
  if ((bytes[6] & 0xF0) == kVersion) {
    const Bucket said((bytes[14] & kUpperBits) << 8 | bytes[15]);
    // Not a client's, who may make ids of that version, too.
    if (Bucket(said.value() - home_.value()).value() < spread_) return said;
  }
  return bucket_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Bucket Tenant::bucket_of(std::string_view key) const {
  return spread_ == 1 ? home_ : at(fixed_hash(key));
}

std::vector<Bucket> Tenant::buckets() const {
  std::vector<Bucket> buckets;
  for (std::int32_t i = 0; i < spread_; ++i) buckets.emplace_back(home_.value() + i);
  return buckets;
}

Uuid make_id(const Uuid& random, Bucket bucket) {
  std::array<std::uint8_t, 16> bytes = random.bytes();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | kVersion);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  bytes[14] = static_cast<std::uint8_t>((bytes[14] & ~kUpperBits) | (bucket.value() >> 8));
  bytes[15] = static_cast<std::uint8_t>(bucket.value() & 0xFF);
  return Uuid(bytes);
}

Uuid make_id(const Uuid& random, const Tenant& tenant) {
  return make_id(random, tenant.bucket_of(random));
}

}  // namespace remit
