#include "remit/sandbox/hidden_operations.hpp"

namespace remit::sandbox {

void HiddenOperations::accepted(const Uuid& operation) {
  if (faults_.settings().invisible_ms > 0) accepted_at_.emplace(operation, clock_.monotonic());
}

bool HiddenOperations::hides(const Uuid& operation) const {
  const auto found = accepted_at_.find(operation);
  if (found == accepted_at_.end()) return false;
  const Duration age = clock_.monotonic() - found->second;
  return age < std::chrono::milliseconds(faults_.settings().invisible_ms);
}

}  // namespace remit::sandbox
