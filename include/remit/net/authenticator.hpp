// Who says whose request it is, and who counts the requests of each caller.
//
// Both outlive their server and are called on the loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>

#include "remit/base/interface.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// Who is not let in. The problem is the request's answer; the rest is for the log alone, and set
/// when the caller has shown a key and its secret: a key that has ended, say.
struct RefusedCaller {
  /// Implicit, so that `fail` makes one.
  RefusedCaller(Problem problem_in)  // NOLINT(google-explicit-constructor)
      : problem(std::move(problem_in)) {}

  Problem problem;
  std::optional<TenantId> tenant;
  std::optional<Uuid> key;
};

using Caller = std::expected<Principal, RefusedCaller>;

class Authenticator : public Interface {
 public:
  /// What memory says of the caller. Empty: memory does not know, and `look_up` does.
  [[nodiscard]] virtual std::optional<Caller> recall(const Headers& headers) = 0;
  [[nodiscard]] virtual Task<Caller> look_up(Headers headers) = 0;
};

/// What a caller has left of its limit.
struct Quota {
  std::int64_t per_second = 0;
  std::int64_t remaining = 0;       ///< requests that it may send at once
  std::chrono::seconds restored{};  ///< until all of it is there again
  /// Set: this request is beyond the limit, and one may be sent after this time.
  std::optional<std::chrono::seconds> retry_after;
};

class RateLimiter : public Interface {
 public:
  /// Counts a request. Empty: the caller has no limit. Answers from memory.
  [[nodiscard]] virtual std::optional<Quota> take(const Principal& caller) = 0;
};

}  // namespace remit::net
