// Chance in spans of time, so that what began together drifts apart: 75 to 125 percent.
//
// Pure; any thread.
#pragma once

#include <cstdint>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit {

/// 750 … 1250, out of a random id.
[[nodiscard]] inline std::int64_t jitter_permille(const Uuid& chance) {
  return 750 + (chance.bytes()[0] * 256 + chance.bytes()[1]) % 501;
}

[[nodiscard]] inline Duration with_jitter(Duration duration, const Uuid& chance) {
  return duration * jitter_permille(chance) / 1000;
}

}  // namespace remit
