// Whose money it is. Every row belongs to a tenant and every key starts with it
// (docs/architecture.md).
//
// A plain value; any thread. It has no default, so that code which forgets the tenant does not
// compile, and no other number is taken for one.
#pragma once

#include <compare>
#include <cstdint>

namespace remit {

class TenantId {
 public:
  constexpr explicit TenantId(std::int32_t value) noexcept : value_(value) {}
  [[nodiscard]] constexpr std::int32_t value() const noexcept { return value_; }
  friend constexpr auto operator<=>(TenantId, TenantId) noexcept = default;

 private:
  std::int32_t value_;
};

}  // namespace remit
