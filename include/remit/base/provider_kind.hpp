// What a provider does, and its role among those that do the same. Plain values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace remit {

enum class ProviderKind : std::uint8_t { processor, onramp, offramp, chain, rates };
enum class ProviderRole : std::uint8_t { default_, fallback };

[[nodiscard]] constexpr std::string_view to_string(ProviderKind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"processor", "onramp", "offramp", "chain",
                                                      "rates"};
  static_assert(kNames.size() == static_cast<std::size_t>(ProviderKind::rates) + 1);
  return kNames.at(static_cast<std::size_t>(kind));
}

[[nodiscard]] constexpr std::string_view to_string(ProviderRole role) {
  return role == ProviderRole::default_ ? "default" : "fallback";
}

}  // namespace remit
