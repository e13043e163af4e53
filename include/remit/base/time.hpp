// Time as the product uses it: UTC instants in microseconds, RFC 3339 on every border, and an
// injected clock so that decisions can be tested at any instant.
//
// `parse_timestamp` accepts RFC 3339 with any offset, years 0001 to 9999 and at most 9 fraction
// digits; anything finer than a microsecond is rounded as requested. `parse_duration` accepts one
// whole number with one unit: "40us", "250ms", "30s", "5m", "2h". Both return an error text instead
// of throwing. `SystemClock` may be read from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "remit/base/interface.hpp"

namespace remit {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-20T17:05:01.123Z"; six digits when the microseconds are not whole milliseconds.
[[nodiscard]] std::string to_rfc3339(Timestamp time);

/// Exactly three fraction digits, the rest cut off: the form sent to payment processors.
[[nodiscard]] std::string to_rfc3339_milliseconds(Timestamp time);
/// "17:00:00", as what has passed since midnight.
[[nodiscard]] std::expected<Duration, std::string> parse_time_of_day(std::string_view text);

/// To whole microseconds: a lower bound is rounded up, an upper bound down, so that windows which
/// meet have no instant in common.
enum class Rounding : std::uint8_t { down, up };

[[nodiscard]] std::expected<Timestamp, std::string> parse_timestamp(
    std::string_view text, Rounding rounding = Rounding::down);

[[nodiscard]] std::expected<Duration, std::string> parse_duration(std::string_view text);

/// "30s", "200ms": the shortest form that parse_duration reads back.
[[nodiscard]] std::string to_string(Duration duration);

[[nodiscard]] Timestamp truncate_to_milliseconds(Timestamp time);

class Clock : public Interface {
 public:
  /// Wall time. May jump; only for what is shown and stored.
  [[nodiscard]] virtual Timestamp now() const = 0;

  /// Time since an arbitrary start that never jumps and counts while the process is stopped: what
  /// leases and deadlines are measured with.
  [[nodiscard]] virtual Duration monotonic() const = 0;
};

/// From now until an instant of the monotonic time; not below zero.
[[nodiscard]] inline Duration left_until(const Clock& clock, Duration instant) {
  return std::max(Duration::zero(), instant - clock.monotonic());
}

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] Duration monotonic() const override;
};

}  // namespace remit
