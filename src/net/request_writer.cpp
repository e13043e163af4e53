#include "request_writer.hpp"

#include <algorithm>

#include "text.hpp"

namespace remit::net {
namespace {

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F' && c != '#'; });
}

}  // namespace

std::optional<std::string> request_text(const Origin& origin, const Call& call) {
  if (!is_target(call.target)) return std::nullopt;
  // Our own span below the one that asked; whatever is missing of the trace is made.
  const telemetry::TraceContext trace =
      telemetry::continue_trace(call.trace.request_id, call.trace.traceparent());
  std::string out;
  out.reserve(512 + call.body.size());
  out.append(to_string(call.method)).append(" ").append(origin.prefix).append(call.target);
  out.append(" HTTP/1.1\r\n");
  append_field(out, "Host", origin.host_header);
  append_field(out, "Accept", "application/json");
  append_field(out, "X-Request-Id", trace.request_id);
  append_field(out, "traceparent", trace.traceparent());
  if (!call.body.empty()) append_field(out, "Content-Type", "application/json");
  if (may_carry_body(call.method) || !call.body.empty()) {
    append_field(out, "Content-Length", std::to_string(call.body.size()));
  }
  for (const Header& header : call.headers) {
    if (!is_token(header.name) || !is_header_value(header.value)) return std::nullopt;
    append_field(out, header.name, header.value);
  }
  out.append("\r\n").append(call.body);
  return out;
}

}  // namespace remit::net
