// What becomes of a delivery after an attempt. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

#include "remit/webhooks/delivery.hpp"
#include "remit/webhooks/sender.hpp"

namespace remit::webhooks {

struct Verdict {
  DeliveryState state = DeliveryState::pending;
  Duration pause{0};     ///< until it is tried again, when it is pending
  bool is_gone = false;  ///< the endpoint wants nothing more
};

/// `attempts`: that were made before this one. `chance` spreads the pause (schedule.hpp).
[[nodiscard]] Verdict judge(const Attempt& attempt, std::int64_t attempts,
                            std::span<const Duration> schedule, const Uuid& chance);

}  // namespace remit::webhooks
