#include "remit/providers/leg_provider.hpp"

namespace remit::providers {

std::string_view to_string(OperationKind kind) {
  switch (kind) {
    case OperationKind::charge:
      return "charge";
    case OperationKind::onramp:
      return "onramp";
    case OperationKind::offramp:
      return "offramp";
    case OperationKind::refund:
      return "refund";
    case OperationKind::burn:
      return "burn";
    case OperationKind::attest:
      return "attest";
    case OperationKind::mint:
      return "mint";
    case OperationKind::return_:
      return "return";
  }
  return "charge";
}

std::optional<OperationKind> parse_operation_kind(std::string_view text) {
  using enum OperationKind;
  for (const OperationKind kind : {charge, onramp, offramp, refund, burn, attest, mint, return_}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace remit::providers
