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
    bool is_bare = false;  ///< its errors have no body
  };

  FaultGate(Faults& faults, Pauses& pauses, Answers answers)
      : faults_(faults), pauses_(pauses), answers_(answers) {}

  /// What a gateway answers instead of the provider; nothing when the call reaches it.
  [[nodiscard]] std::optional<net::Response> intercept(Access access);
  /// Whether the request goes on to the provider although a gateway has answered it.
  [[nodiscard]] bool passes_on() const { return faults_.settings().gateway_passes_on; }
  /// Waits the delay; then the answer instead of the work, or nothing when the work may be done.
  Task<std::optional<net::Response>> enter(Access access, std::string request_id);
  [[nodiscard]] net::Response leave(Access access, net::Response response);

 private:
  [[nodiscard]] bool hits(Access access) const;
  [[nodiscard]] net::Response refusal(ProblemCode code, std::string detail,
                                      const std::string& request_id) const;
  [[nodiscard]] net::Response foreign_refusal();

  Faults& faults_;
  Pauses& pauses_;
  Answers answers_;
};

/// A status and nothing else, as the public processor says most of its errors.
[[nodiscard]] net::Response bare_answer(int status);

/// The connection is closed instead: what a lost answer looks like, and the end of the world.
[[nodiscard]] net::Response no_answer();

}  // namespace remit::sandbox
