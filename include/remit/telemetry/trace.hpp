// Where a request comes from: its id (docs/openapi.json) and the W3C trace context, carried by
// value from the request through logs to providers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace remit::telemetry {

struct TraceContext {
  std::string request_id;
  std::string trace_id;  ///< 32 lower-case hex digits
  std::string span_id;   ///< 16 lower-case hex digits: this process's span
  std::string flags = "01";

  /// "00-<trace_id>-<span_id>-<flags>"
  [[nodiscard]] std::string traceparent() const;
};

/// 1–128 visible ASCII characters.
[[nodiscard]] bool is_valid_request_id(std::string_view text);

/// Takes over what is valid of the two headers and makes the rest.
[[nodiscard]] TraceContext continue_trace(std::optional<std::string_view> request_id,
                                          std::optional<std::string_view> traceparent);

/// For work that no request started.
[[nodiscard]] TraceContext new_trace();

}  // namespace remit::telemetry
