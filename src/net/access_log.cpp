#include "access_log.hpp"

#include <vector>

#include "remit/telemetry/log.hpp"

namespace remit::net {

void log_access(const telemetry::TraceContext& trace, const AccessRecord& record, int status,
                std::size_t response_bytes) {
  if (!telemetry::is_logged(telemetry::Level::info)) return;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - record.begun_at);
  std::vector<telemetry::Field> fields;
  if (record.method) fields.emplace_back("method", to_string(*record.method));
  if (!record.route.empty()) fields.emplace_back("route", record.route);
  fields.emplace_back("status", status);
  fields.emplace_back("duration_us", duration.count());
  if (record.tenant) fields.emplace_back("tenant", record.tenant->value());
  if (record.key) fields.emplace_back("key_id", record.key->to_string());
  fields.emplace_back("request_bytes", record.request_bytes);
  fields.emplace_back("response_bytes", response_bytes);
  telemetry::log(telemetry::Level::info, trace, "access",
                 std::span<const telemetry::Field>(fields));
}

}  // namespace remit::net
