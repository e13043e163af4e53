// Operations that a simulated provider has accepted and does not find yet when it is asked
// (`invisible_ms`).
//
// Owned by its provider; loop thread; never fails. Kept in memory alone: after a restart everything
// is found.
#pragma once

#include <unordered_map>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/sandbox/faults.hpp"

namespace remit::sandbox {

class HiddenOperations {
 public:
  HiddenOperations(const Clock& clock, const Faults& faults) : clock_(clock), faults_(faults) {}

  /// Remembered only while the fault is set.
  void accepted(const Uuid& operation);
  [[nodiscard]] bool hides(const Uuid& operation) const;

 private:
  const Clock& clock_;
  const Faults& faults_;
  std::unordered_map<Uuid, Duration> accepted_at_;
};

}  // namespace remit::sandbox
