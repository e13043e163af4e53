// The line that an answered request has in the log, when the server is told to write it: who asked
// for which route, what it came to, how long it took and how large it was. Neither the query nor a
// body is in it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// What is known of a request until its answer has been sent.
struct AccessRecord {
  std::optional<Method> method;    ///< empty: it was refused before it was understood
  std::string_view route;          ///< its pattern; empty: none has its path and method
  std::optional<TenantId> tenant;  ///< empty: the caller was not asked for, or not known
  std::optional<Uuid> key;
  std::size_t request_bytes = 0;  ///< of its body
  /// When the request was complete, or refused.
  std::chrono::steady_clock::time_point begun_at = std::chrono::steady_clock::now();
};

void log_access(const telemetry::TraceContext& trace, const AccessRecord& record, int status,
                std::size_t response_bytes);

}  // namespace remit::net
