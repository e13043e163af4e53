// Who says whose request it is, and who counts the requests of each caller.
//
// Both outlive their server and are called on the loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "remit/base/interface.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

class Authenticator : public Interface {
 public:
  /// What memory says of the caller: who it is, or the problem that is the request's answer. Empty:
  /// memory does not know, and `look_up` does.
  [[nodiscard]] virtual std::optional<Result<Principal>> recall(const Headers& headers) = 0;
  [[nodiscard]] virtual Task<Result<Principal>> look_up(Headers headers) = 0;
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
