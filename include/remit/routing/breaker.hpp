// A circuit breaker as a pure machine: outcomes and instants in, permission out.
//
// closed: calls pass; over a rolling window of at least `min_calls`, a failure rate at or above the limit opens it.
// open: nothing passes until `open_for` has gone by. half_open: `half_open_calls` may be under way; all
// of them succeeding closes it, one failing opens it again. No clock inside: instants are monotonic and
// given. One owner, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/config/config.hpp"

namespace remit::routing {

enum class BreakerState : std::uint8_t { closed, open, half_open };

[[nodiscard]] std::string_view to_string(BreakerState state);

}  // namespace remit::routing
