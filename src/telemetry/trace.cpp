#include "remit/telemetry/trace.hpp"

#include <algorithm>

#include "remit/base/uuid.hpp"

namespace remit::telemetry {
namespace {

constexpr std::size_t kTraceparentLength = 55;
constexpr std::size_t kMaxRequestIdLength = 128;

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_all_zero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

/// What is used of the caller's header; its span id is not.
struct Parent {
  std::string_view trace_id;
  bool sampled = true;
};

/// W3C Trace Context, level 1, §3.2: later versions may add members after those of version 00.
std::optional<Parent> parse_traceparent(std::string_view text) {
  if (text.size() < kTraceparentLength) return std::nullopt;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view span_id = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  const std::string_view rest = text.substr(kTraceparentLength);
  if (!is_lower_hex(version) || version == "ff") return std::nullopt;
  if (!rest.empty() && (version == "00" || rest.front() != '-')) return std::nullopt;
  if (!is_lower_hex(trace_id) || is_all_zero(trace_id)) return std::nullopt;
  if (!is_lower_hex(span_id) || is_all_zero(span_id)) return std::nullopt;
  if (!is_lower_hex(flags)) return std::nullopt;
  const bool sampled = std::string_view("13579bdf").contains(flags[1]);
  return Parent{trace_id, sampled};
}

/// Ids only have to differ, so the system is asked for entropy once a thread and not once a
/// request.
Uuid next_id() {
  thread_local SeededUuidSource source([] {
    const Uuid entropy = RandomUuidSource().next();
    return static_cast<std::uint64_t>(std::hash<Uuid>()(entropy));
  }());
  return source.next();
}

std::string random_hex_32() {
  std::string text = next_id().to_string();
  std::erase(text, '-');
  return text;
}

/// The half with the variant bits is never all zero.
std::string random_hex_16() { return random_hex_32().substr(16); }

}  // namespace

std::string TraceContext::traceparent() const {
  return "00-" + trace_id + "-" + span_id + "-" + flags;
}

bool is_valid_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdLength &&
         std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

TraceContext continue_trace(std::optional<std::string_view> request_id,
                            std::optional<std::string_view> traceparent) {
  TraceContext trace;
  const bool keeps_id = request_id && is_valid_request_id(*request_id);
  trace.request_id = keeps_id ? std::string(*request_id) : next_id().to_string();
  const std::optional<Parent> parent = traceparent ? parse_traceparent(*traceparent) : std::nullopt;
  trace.trace_id = parent ? std::string(parent->trace_id) : random_hex_32();
  trace.span_id = random_hex_16();
  if (parent && !parent->sampled) trace.flags = "00";
  return trace;
}

TraceContext new_trace() { return continue_trace(std::nullopt, std::nullopt); }

}  // namespace remit::telemetry
