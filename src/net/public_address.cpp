#include "remit/net/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace remit::net {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Block4 {
  address_v4::bytes_type first;
  int bits;
};

constexpr std::array kSpecial4 = {
    Block4{{0, 0, 0, 0}, 8},         // this network; on Linux, this machine
    Block4{{10, 0, 0, 0}, 8},        // private
    Block4{{100, 64, 0, 0}, 10},     // shared by a provider's customers; metadata at Alibaba
    Block4{{127, 0, 0, 0}, 8},       // loopback
    Block4{{168, 63, 129, 16}, 32},  // the platform of Azure, reachable from inside only
    Block4{{169, 254, 0, 0}, 16},    // link-local; metadata at most clouds
    Block4{{172, 16, 0, 0}, 12},     // private
    Block4{{192, 0, 0, 0}, 24},      // protocols of the IETF; metadata at Oracle
    Block4{{192, 0, 2, 0}, 24},      // documentation
    Block4{{192, 88, 99, 0}, 24},    // relays of 6to4
    Block4{{192, 168, 0, 0}, 16},    // private
    Block4{{198, 18, 0, 0}, 15},     // benchmarking
    Block4{{198, 51, 100, 0}, 24},   // documentation
    Block4{{203, 0, 113, 0}, 24},    // documentation
    Block4{{224, 0, 0, 0}, 4},       // multicast
    Block4{{240, 0, 0, 0}, 4},       // reserved; broadcast
};

struct Block6 {
  std::array<std::uint8_t, 4> first;
  int bits;
};

constexpr Block6 kGlobalUnicast{{0x20, 0x00, 0x00, 0x00}, 3};
constexpr std::array kSpecial6 = {
    Block6{{0x20, 0x01, 0x00, 0x00}, 23},  // protocols of the IETF: Teredo, benchmarking, ORCHID
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Block6{{0x20, 0x02, 0x00, 0x00}, 16},  // 6to4
    Block6{{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};
/// 64:ff9b::/96, with an IPv4 address at its end. 64:ff9b:1::/48 is for local use.
constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

/// Of at most 32 bits at the beginning.
template <class Bytes, class Block>
bool is_in(const Bytes& bytes, const Block& block) {
  for (std::size_t i = 0; i < block.first.size(); ++i) {
    const int bits = std::clamp(block.bits - static_cast<int>(i) * 8, 0, 8);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(bits));
    if (((bytes[i] ^ block.first[i]) & mask) != 0) return false;
  }
  return true;
}

bool is_public4(const address_v4& address) {
  return std::ranges::none_of(
      kSpecial4, [bytes = address.to_bytes()](const Block4& block) { return is_in(bytes, block); });
}

bool is_public6(const address_v6& address) {
  // With a zone it is meant on one link.
  if (address.scope_id() != 0) return false;
  const address_v6::bytes_type bytes = address.to_bytes();
  if (std::equal(kNat64.begin(), kNat64.end(), bytes.begin())) {
    return is_public4(address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}));
  }
  return is_in(bytes, kGlobalUnicast) &&
         std::ranges::none_of(kSpecial6, [&](const Block6& block) { return is_in(bytes, block); });
}

}  // namespace

bool is_public(const boost::asio::ip::address& address) {
  return address.is_v4() ? is_public4(address.to_v4()) : is_public6(address.to_v6());
}

}  // namespace remit::net
