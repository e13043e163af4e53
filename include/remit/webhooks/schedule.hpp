// When a delivery is tried again. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::webhooks {

/// An endpoint cannot postpone an attempt beyond it, nor beyond the longest pause of the schedule.
inline constexpr Duration kLongestRetryAfter = std::chrono::hours(24);

/// The pause before the next attempt, after `attempts` of them (at least one) have failed. The
/// schedule says when attempts are due from the first on; pauses are its differences, ±10 % out of
/// `chance`. `retry_after` is what the endpoint asked for; it makes a pause longer, never shorter.
/// Nothing: that was the last attempt.
[[nodiscard]] std::optional<Duration> pause_before_next(std::span<const Duration> schedule,
                                                        std::int64_t attempts,
                                                        std::optional<Duration> retry_after,
                                                        const Uuid& chance);

/// Of a `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date in the form that is to be
/// sent. Not below zero, at most `kLongestRetryAfter`; nothing when it cannot be read.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace remit::webhooks
