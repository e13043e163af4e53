// Answers and readings that all simulated providers share. Any thread; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"
#include "remit/sandbox/faults.hpp"

namespace remit::sandbox {

inline constexpr ProblemCode kKeyReused{"IDEMPOTENCY_KEY_REUSED", 422,
                                        "The key was used for another request"};
inline constexpr ProblemCode kNotKept{"NOT_KEPT", 500, "The state file could not be written"};

/// The largest amount a provider takes, in minor units: sums of millions of them still fit 63 bits.
inline constexpr std::int64_t kMaxSimAmount = 1'000'000'000'000'000;

[[nodiscard]] net::Response no_content();

/// {"failing":false,"minResponseTime":0}
[[nodiscard]] net::Response health_answer(const Faults& faults);

/// Updates `faults` from the body and shows them.
[[nodiscard]] Result<net::Response> update_faults(Faults& faults, const net::Request& request);

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

/// A boolean member; a fault when it is there and something else.
[[nodiscard]] std::optional<bool> read_boolean(net::FieldReader& fields, const net::JsonValue& body,
                                               std::string_view name);
[[nodiscard]] std::optional<Uuid> read_uuid(net::FieldReader& fields, std::string_view name);

}  // namespace remit::sandbox
