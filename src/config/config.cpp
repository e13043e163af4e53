#include "remit/config/config.hpp"

namespace remit::config {

std::string_view to_string(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::processor:
      return "processor";
    case ProviderKind::onramp:
      return "onramp";
    case ProviderKind::offramp:
      return "offramp";
    case ProviderKind::chain:
      return "chain";
    case ProviderKind::rates:
      break;
  }
  return "rates";
}

std::string_view to_string(ProviderRole role) {
  return role == ProviderRole::default_ ? "default" : "fallback";
}

}  // namespace remit::config
