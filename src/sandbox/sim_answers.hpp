// Answers and readings that all simulated providers share. Any thread; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"

namespace remit::sandbox {

inline constexpr ProblemCode kKeyReused{"IDEMPOTENCY_KEY_REUSED", 422,
                                        "The key was used for another request"};
inline constexpr ProblemCode kNotKept{"NOT_KEPT", 500, "The state file could not be written"};

/// The largest amount a provider takes, in minor units: sums of millions of them still fit 63 bits.
inline constexpr std::int64_t kMaxSimAmount = 1'000'000'000'000'000;

[[nodiscard]] net::Response no_content();

/// The window of `?from=&to=`, either absent.
struct Window {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;

  [[nodiscard]] bool contains(Timestamp time) const {
    return (!from || time >= *from) && (!to || time <= *to);
  }
};
[[nodiscard]] Result<Window> read_window(const net::Request& request);

/// The Idempotency-Key as the UUID it must be.
[[nodiscard]] Result<Uuid> read_key(const net::Request& request);
/// `operation_id` of the body, which must be the Idempotency-Key too.
[[nodiscard]] Result<Uuid> read_operation_id(const net::Request& request,
                                             const net::JsonValue& body);

}  // namespace remit::sandbox
