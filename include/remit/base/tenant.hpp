// Whose money it is, and where the rows about it are.
//
// Every row belongs to a tenant and is in one of 1024 buckets, the first column of every key. A
// cell, which is one database, holds a set of buckets; a statement is about one bucket, and no
// constraint spans two. So a tenant can be moved, and a large one spread over cells.
//
// Plain values; any thread. They have no default, so that code which forgets the tenant does not
// compile, and no other number is taken for one.
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "remit/base/uuid.hpp"

namespace remit {

class TenantId {
 public:
  constexpr explicit TenantId(std::int32_t value) noexcept : value_(value) {}
  [[nodiscard]] constexpr std::int32_t value() const noexcept { return value_; }
  friend constexpr auto operator<=>(TenantId, TenantId) noexcept = default;

 private:
  std::int32_t value_;
};

/// Who is there before any tenant is made: all who call while `auth.mode` is "none".
inline constexpr TenantId kFirstTenant{1};

/// 0 … 1023.
class Bucket {
 public:
  static constexpr std::int32_t kCount = 1024;
  /// Taken modulo kCount.
  constexpr explicit Bucket(std::int32_t value) noexcept
      : value_(static_cast<std::int16_t>(((value % kCount) + kCount) % kCount)) {}
  [[nodiscard]] constexpr std::int16_t value() const noexcept { return value_; }
  friend constexpr auto operator<=>(Bucket, Bucket) noexcept = default;

 private:
  std::int16_t value_;
};

/// A tenant with its place: `spread` buckets from `home` on. Nearly all have one; payments and
/// quotes of a large tenant are spread over many. The place is fixed when the tenant is made: it
/// says where earlier rows are found.
class Tenant {
 public:
  /// At home in a bucket that follows from its number.
  constexpr explicit Tenant(TenantId id) noexcept : id_(id), home_(usual_home(id)), spread_(1) {}
  /// Throws std::invalid_argument for a spread that is not 1 … Bucket::kCount.
  constexpr Tenant(TenantId id, Bucket home, std::int16_t spread)
      : id_(id), home_(home), spread_(spread) {
    if (spread < 1 || spread > Bucket::kCount) {
      throw std::invalid_argument("the spread of a tenant is not 1 to 1024 buckets");
    }
  }

  [[nodiscard]] constexpr TenantId id() const noexcept { return id_; }
  // NOLINTNEXTLINE(google-explicit-constructor): for what needs no place.
  constexpr operator TenantId() const noexcept { return id_; }
  [[nodiscard]] constexpr Bucket home() const noexcept { return home_; }
  [[nodiscard]] constexpr std::int16_t spread() const noexcept { return spread_; }
  friend constexpr bool operator==(const Tenant&, const Tenant&) noexcept = default;

  /// Where the row of that id is. An id of version 8 says it itself (see make_id); any other is a
  /// client's, and its hash decides.
  [[nodiscard]] Bucket bucket_of(const Uuid& id) const;
  /// The same for a text that is a key of its own.
  [[nodiscard]] Bucket bucket_of(std::string_view key) const;
  /// All that it has rows in.
  [[nodiscard]] std::vector<Bucket> buckets() const;

 private:
  /// Odd, so that neighbours are far apart and no two of the first 1024 share a home.
  static constexpr std::int64_t kHomeStep = 635;

  [[nodiscard]] static constexpr Bucket usual_home(TenantId id) noexcept {
    return Bucket(static_cast<std::int32_t>(id.value() * kHomeStep % Bucket::kCount));
  }
  [[nodiscard]] Bucket at(std::uint64_t hash) const;

  TenantId id_;
  Bucket home_;
  std::int16_t spread_;
};

/// `random` as an id of version 8 (RFC 9562 §5.8), whose last ten bits are the bucket.
[[nodiscard]] Uuid make_id(const Uuid& random, Bucket bucket);
/// The same for something new of the tenant, in one of its buckets.
[[nodiscard]] Uuid make_id(const Uuid& random, const Tenant& tenant);

}  // namespace remit
