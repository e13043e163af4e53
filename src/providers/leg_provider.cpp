#include "remit/providers/leg_provider.hpp"

#include <algorithm>
#include <array>

namespace remit::providers {
namespace {

constexpr std::array<std::string_view, 8> kKinds = {"charge", "onramp", "offramp", "refund",
                                                    "burn",   "attest", "mint",    "return"};
static_assert(kKinds.size() == static_cast<std::size_t>(OperationKind::return_) + 1);

}  // namespace

std::string_view to_string(OperationKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

std::optional<OperationKind> parse_operation_kind(std::string_view text) {
  const auto found = std::ranges::find(kKinds, text);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<OperationKind>(found - kKinds.begin());
}

}  // namespace remit::providers
