#include "remit/webhooks/verdict.hpp"

#include "remit/webhooks/schedule.hpp"

namespace remit::webhooks {
namespace {

/// RFC 9110 §15.5.11: it was there, and will not be again.
constexpr int kGone = 410;

}  // namespace

Verdict judge(const Attempt& attempt, std::int64_t attempts, std::span<const Duration> schedule,
              const Uuid& chance) {
  if (attempt.is_delivered()) return {.state = DeliveryState::delivered};
  if (attempt.status == kGone) return {.state = DeliveryState::dead_lettered, .is_gone = true};
  const auto pause = pause_before_next(schedule, attempts + 1, attempt.retry_after, chance);
  if (!pause) return {.state = DeliveryState::dead_lettered};
  return {.state = DeliveryState::pending, .pause = *pause};
}

}  // namespace remit::webhooks
