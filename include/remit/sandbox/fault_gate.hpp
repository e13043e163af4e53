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
#include "remit/net/http.hpp"
#include "remit/sandbox/faults.hpp"
#include "remit/sandbox/pauses.hpp"

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

  FaultGate(Faults& faults, Pauses& pauses, Answers answers)
      : faults_(faults), pauses_(pauses), answers_(answers) {}

  /// Waits the delay; then the answer instead of the work, or nothing when the work may be done.
  Task<std::optional<net::Response>> enter(Access access, std::string request_id);
  [[nodiscard]] net::Response leave(Access access, net::Response response);

 private:
  [[nodiscard]] bool hits(Access access) const;

  Faults& faults_;
  Pauses& pauses_;
  Answers answers_;
};

/// Instead of an answer when the world ends: the connection is closed.
[[nodiscard]] net::Response no_answer();

}  // namespace remit::sandbox
