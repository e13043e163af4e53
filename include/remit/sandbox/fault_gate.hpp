// The gate in front of a simulated provider's contract: delay and failure on the way in, lost or
// unreadable answers on the way out.
//
// Owned by its provider; loop thread; never fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/net/http.hpp"
#include "remit/sandbox/faults.hpp"

namespace remit {
class AlarmFactory;
}

namespace remit::sandbox {

/// What a call is to the faults: `work` always passes the gate, `query` only with `reads`,
/// `control` never.
enum class Access : std::uint8_t { work, query, control };

class FaultGate {
 public:
  struct Answers {
    int failing = 503;
    int rejected = 422;
  };

  FaultGate(Faults& faults, AlarmFactory& alarms, Answers answers)
      : faults_(faults), alarms_(alarms), answers_(answers) {}

  /// Waits the delay; then the answer instead of the work, or nothing when the work may be done.
  Task<std::optional<net::Response>> enter(Access access, std::string request_id);
  [[nodiscard]] net::Response leave(Access access, net::Response response);

 private:
  [[nodiscard]] bool hits(Access access) const;

  Faults& faults_;
  AlarmFactory& alarms_;
  Answers answers_;
};

/// Waits on a timer of its own; not at all for a delay that is not positive.
Task<void> pause(AlarmFactory& alarms, Duration delay);

}  // namespace remit::sandbox
