#include "remit/payments/charge_operation.hpp"

#include <array>
#include <string>

#include "remit/base/sha256.hpp"

namespace remit::payments {
namespace {

constexpr std::uint8_t kVersion8 = 0x80;  // in the upper half of byte 6 (RFC 9562 §5.8)

bool is_version_8(const Uuid& id) { return (id.bytes()[6] & 0xF0) == kVersion8; }

std::uint8_t digit(char hex) {
  return static_cast<std::uint8_t>(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

}  // namespace

Uuid charge_operation(TenantId tenant, const Uuid& correlation_id) {
  if (tenant == kFirstTenant && !is_version_8(correlation_id)) return correlation_id;
  // It must never change: charges under way are known by it.
  const std::string hash =
      sha256("remit charge " + std::to_string(tenant.value()) + " " + correlation_id.to_string());
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(digit(hash[2 * i]) << 4 | digit(hash[2 * i + 1]));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | kVersion8);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

}  // namespace remit::payments
